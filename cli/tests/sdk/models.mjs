// Compares answers with what the SDK's models made of them. The SDK takes values as they come: whether
// they are of the types that its models say is looked at here.

const TYPES = { string: 'string', boolean: 'boolean', number: 'number', integer: 'number' };

// What differs, by path. What a model has no member for is no difference.
export function* differences(answer, model, path = '', attribute = {}) {
  if (answer === null || answer === undefined) return;
  const expected = TYPES[attribute.type];
  if (expected && typeof answer !== expected) yield `${path}: ${typeof answer} instead of ${expected}`;
  if (Array.isArray(answer)) {
    if (answer.length !== model?.length) yield `${path}: ${answer.length} became ${model?.length}`;
    else for (const [n, item] of answer.entries()) yield* differences(item, model[n], `${path}/${n}`);
  } else if (model instanceof Date) {
    if (attribute.type !== 'Date' || Date.parse(answer) !== model.getTime()) yield `${path}: ${answer} became ${model}`;
  } else if (typeof answer === 'object') {
    const attributes = model?.constructor?.getAttributeTypeMap?.() ?? [];
    for (const one of attributes) {
      yield* differences(answer[one.baseName], model[one.name], `${path}/${one.baseName}`, one);
    }
  } else if (answer !== model) yield `${path}: ${answer} became ${model}`;
}

// Checks the models that were read from a path of the org.
export async function checkModels(check, path, models) {
  const headers = { authorization: `SSWS ${process.env.OKTA_TOKEN}` };
  const answer = await (await fetch(`${process.env.OKTA_URL}${path}`, { headers })).json();
  check(path, [...differences(answer, models)], []);
  const changed = Array.isArray(answer) ? [...answer, {}] : { ...answer, id: 5 };
  check(`${path}, changed`, [...differences(changed, models)].length > 0, true);
}
