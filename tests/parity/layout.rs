//! JSON for people: what fits in a line is in a line.

use serde_json::Value;

/// The longest line, in characters.
const WIDTH: usize = 110;

/// The value as text, indented by two where it does not fit in a line.
pub(crate) fn laid_out(value: &Value) -> String {
    let mut text = String::new();
    lay_out(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// `taken` is what of the line is written already.
fn lay_out(value: &Value, indent: usize, taken: usize, text: &mut String) {
    let line = in_a_line(value);
    if taken + line.chars().count() <= WIDTH {
        text.push_str(&line);
        return;
    }
    let inner = indent + 2;
    let pad = " ".repeat(inner);
    match value {
        Value::Object(fields) => {
            text.push('{');
            for (n, (key, value)) in fields.iter().enumerate() {
                let start = format!("{pad}{}: ", Value::from(key.as_str()));
                text.push_str(if n == 0 { "\n" } else { ",\n" });
                text.push_str(&start);
                lay_out(value, inner, start.chars().count(), text);
            }
            text.push_str(&format!("\n{}}}", " ".repeat(indent)));
        }
        Value::Array(items) => {
            text.push('[');
            for (n, item) in items.iter().enumerate() {
                text.push_str(if n == 0 { "\n" } else { ",\n" });
                text.push_str(&pad);
                lay_out(item, inner, inner, text);
            }
            text.push_str(&format!("\n{}]", " ".repeat(indent)));
        }
        _ => text.push_str(&line),
    }
}

fn in_a_line(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), in_a_line(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(in_a_line).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_reads_back_the_same_and_short_values_stay_in_their_line() {
        let long = "x".repeat(WIDTH);
        let value = json!({"a": [1, {"b": null}], "c": [long, 2.5, {}], "d\"": [[], "ü\n"]});
        let text = laid_out(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(
            text.starts_with("{\n  \"a\": [1, {\"b\": null}],\n  \"c\": [\n    \"xxx"),
            "{text}"
        );
    }
}
