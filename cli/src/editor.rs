//! Editing a body in the editor of the environment, as `git commit` does.

use std::env;
use std::io::Write;
use std::process::Command;

pub fn edit(text: &str) -> Result<String, String> {
    let editor = env::var("VISUAL").or_else(|_| env::var("EDITOR")).unwrap_or_else(|_| "vi".into());
    let mut file = tempfile::Builder::new()
        .suffix(".json")
        .tempfile()
        .map_err(|error| format!("no file to edit: {error}"))?;
    file.write_all(text.as_bytes()).map_err(|error| format!("no file to edit: {error}"))?;
    // The variable may hold arguments, as in `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words.next().ok_or("EDITOR is empty")?;
    let status = Command::new(program)
        .args(words)
        .arg(file.path())
        .status()
        .map_err(|error| format!("the editor {program} did not start: {error}"))?;
    if !status.success() {
        return Err("the editor ended with an error: nothing is sent".to_owned());
    }
    std::fs::read_to_string(file.path()).map_err(|error| format!("the edited file: {error}"))
}
