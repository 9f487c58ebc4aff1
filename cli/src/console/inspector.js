// The inspector: the list on the left, one call on the right, and the keys for both.
import { admin } from './api.js';
import { forget } from './calls.js';
import { applyFilter, startFilter } from './call_filter.js';
import { markCall, move, onChoose, openActive, startList } from './call_list.js';
import { selectedCall, showCall, showNoCall, startDetail } from './call_detail.js';
import { closeIfAllowed, isEditing, startEditor } from './call_editor.js';
import { $ } from './dom.js';
import { press } from './feedback.js';
import { go, goQuietly, onRoute, route } from './router.js';
import { mayDiscard } from './unsaved.js';

let wanted = null;
let focusNext = false;

/** Draws what has changed. */
export function callsChanged(changed) {
  applyFilter();
  const id = route().call;
  if (id !== null && (selectedCall()?.id !== id || changed.some((one) => one.id === id))) load(id);
}

async function load(id) {
  wanted = id;
  const revealed = selectedCall()?.id === id && selectedCall().revealed;
  // What is revealed stays so: a change of its row is no reason to mask it, nor to load it anew.
  if (revealed) return;
  try {
    await showCall(id);
    if (wanted !== id) return;
    if (focusNext) $('call').focus();
  } catch {
    if (wanted === id) showNoCall(`Call ${id} is not there`, 'It was never made, or is not kept any more.');
  }
  focusNext = false;
}

async function routed({ tab, call }) {
  if (tab !== 'inspector') return;
  if (call !== null && call === selectedCall()?.id) {
    markCall(call);
    if (focusNext) $('call').focus();
    focusNext = false;
    return;
  }
  const shown = selectedCall()?.id;
  if (call !== null && shown !== undefined && !(await mayDiscard('call'))) {
    goQuietly(`#call-${shown}`);
    return;
  }
  markCall(call);
  if (call !== null) await load(call);
  else if (!isEditing()) showNoCall('No call chosen', 'Choose one on the left: with the mouse, or with j, k and Enter.');
}

function keys(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const typing = /^(input|textarea|select)$/.test(event.target.localName);
  if (event.key === 'Escape') {
    escape(event);
  } else if (typing) {
    if (event.key === 'Enter' && event.target === $('filter')) { event.preventDefault(); $('calls').focus(); }
  } else if (event.key === '/') {
    event.preventDefault();
    if (route().tab !== 'inspector') go('#inspector');
    $('filter').focus();
    $('filter').select();
  } else if (route().tab === 'inspector' && (event.key === 'j' || event.key === 'k')) {
    event.preventDefault();
    $('calls').focus();
    move(event.key === 'j' ? 1 : -1);
  } else if (event.key === 'Enter' && event.target === document.body && route().tab === 'inspector') openActive();
}

function escape(event) {
  if (event.target === $('filter')) $('calls').focus();
  else if ($('edit-form').contains(event.target)) closeIfAllowed();
  else if ($('call').contains(event.target)) {
    if (matchMedia('(max-width: 52rem)').matches) go('#inspector');
    $('calls').focus();
  }
}

export function startInspector() {
  startFilter();
  startList();
  startDetail();
  startEditor();
  onRoute(routed);
  onChoose((id, how) => {
    if (how === 'open') {
      focusNext = true;
      go(`#call-${id}`);
    } else if (!matchMedia('(max-width: 52rem)').matches) goQuietly(`#call-${id}`);
  });
  press($('forget'), $('calls-message'), async () => {
    if (!(await mayDiscard('call'))) return;
    await admin('DELETE', '/admin/calls');
    forget();
    applyFilter();
    go('#inspector');
  });
  document.addEventListener('keydown', keys);
}
