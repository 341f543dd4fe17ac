//! The bindings as Rust.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use crate::assembly::{Callable, Kind, Parameter, Property, Returns, Type};
use crate::names::{camel, modules, snake};
use crate::select::{Found, IMPLEMENT, NEW, Selection};
use crate::shape::Shape;

/// Where Amazon documents the types.
const REFERENCE: &str = "https://docs.aws.amazon.com/cdk/api/v2/docs";

/// A module of the bindings: its types' code by the path inside of it.
pub(crate) type Modules = BTreeMap<Vec<String>, String>;

/// Writes every type that is listed, and those that come along.
pub(crate) fn render(selection: &Selection) -> Result<Modules> {
    let mut code: BTreeMap<String, String> = BTreeMap::new();
    // Writing a type may bring others along.
    loop {
        let next: Vec<_> =
            selection.used().into_iter().filter(|name| !code.contains_key(name)).collect();
        if next.is_empty() {
            break;
        }
        for name in next {
            let written = one(selection, &name).with_context(|| format!("`{name}`"))?;
            code.insert(name, written);
        }
    }
    let mut all = Modules::new();
    for name in code.keys() {
        // What a type can be used as is known only when all types are.
        let found = selection.get(name)?;
        let head = if found.datatype || found.kind == Kind::Enum {
            String::new()
        } else {
            head(selection, name, found)
        };
        let module = all.entry(modules(name)).or_default();
        module.push_str(&head);
        module.push_str(&code[name]);
    }
    Ok(all)
}

fn one(selection: &Selection, name: &str) -> Result<String> {
    let found = selection.get(name)?;
    match found.kind {
        Kind::Enum => Ok(enumeration(name, found)),
        Kind::Interface if found.datatype => Ok(structure(selection, name, found)),
        Kind::Class | Kind::Interface => object(selection, name, found),
    }
}

fn docs(name: &str) -> String {
    if name.starts_with("constructs.") {
        return format!("/// `{name}`.\n");
    }
    format!("/// [`{name}`]({REFERENCE}/{name}.html).\n")
}

fn enumeration(name: &str, found: &Type) -> String {
    let variants: Vec<String> = found
        .members
        .iter()
        .map(|member| format!("{} = \"{}\"", camel(&member.name), member.name))
        .collect();
    format!(
        "jsii::enumeration! {{\n    {}    {} = \"{name}\" {{ {} }}\n}}\n\n",
        docs(name),
        found.name,
        variants.join(", ")
    )
}

fn structure(selection: &Selection, name: &str, found: &Type) -> String {
    let rust = &found.name;
    let fields = selection.fields(name);
    let (optional, required): (Vec<_>, Vec<_>) = fields
        .iter()
        .filter_map(|it| Some((it.property, it.shape.as_ref()?)))
        .partition(|it| it.0.optional);
    let parameters: Vec<String> = required
        .iter()
        .map(|(it, shape)| format!("{}: {}", snake(&it.name), shape.taken()))
        .collect();
    let mut body = format!("Self(Struct::new(\"{name}\")");
    for (it, shape) in &required {
        let _ = write!(body, ".with(\"{}\", {})", it.name, shape.value(&snake(&it.name)));
    }
    body.push(')');
    let mut code = docs(name);
    let _ = write!(
        code,
        "#[must_use]\n#[derive(Clone, Debug)]\npub struct {rust}(Struct);\n\nimpl {rust} {{\n"
    );
    let what = if required.is_empty() {
        "Nothing set yet."
    } else {
        "What is required, by name; nothing else set yet."
    };
    let _ =
        write!(code, "/// {what}\npub fn new({}) -> Self {{ {body} }}\n\n", parameters.join(", "));
    for (it, shape) in optional {
        let rust = snake(&it.name);
        let _ = write!(
            code,
            "/// Sets `{}`.\npub fn {rust}(self, {rust}: {}) -> Self {{ Self(self.0.with(\"{}\", {})) }}\n\n",
            it.name,
            shape.taken(),
            it.name,
            shape.value(&rust)
        );
    }
    code.push_str("}\n\n");
    if required.is_empty() {
        let _ = write!(
            code,
            "impl Default for {rust} {{ fn default() -> Self {{ Self::new() }} }}\n\n"
        );
    }
    let _ = write!(
        code,
        "impl From<{rust}> for Value {{ fn from(it: {rust}) -> Self {{ Self::from(it.0) }} }}\n\n"
    );
    code
}

/// The declaration of a class or interface.
fn head(selection: &Selection, name: &str, found: &Type) -> String {
    let used = selection.used();
    let above = selection.ancestors(name).into_iter().filter(|it| used.contains(it));
    let above: Vec<String> = above.map(|it| crate::names::path(&it)).collect();
    format!(
        "jsii::object! {{\n    {}    {} = \"{name}\" as [{}]\n}}\n\n",
        docs(name),
        found.name,
        above.join(", ")
    )
}

/// The listed members of a class or interface.
fn object(selection: &Selection, name: &str, found: &Type) -> Result<String> {
    let Some(members) = selection.allowed.get(name).filter(|it| !it.is_empty()) else {
        return Ok(String::new());
    };
    let mut code = format!("impl {} {{\n", found.name);
    for member in members {
        if member == IMPLEMENT {
            code.push_str(&implement());
            continue;
        }
        let full = format!("{name}.{member}");
        let written = match selection.member(name, member)? {
            Found::Constructor(callable) => call(selection, &full, callable, Form::Constructor),
            Found::Method(callable) if callable.r#static => {
                call(selection, &full, callable, Form::Static)
            }
            Found::Method(callable) => call(selection, &full, callable, Form::Method),
            Found::Property(property) => get(selection, &full, property),
        };
        code.push_str(&written?);
    }
    code.push_str("}\n\n");
    Ok(code)
}

/// An object of an interface, of which the members are Rust functions.
fn implement() -> String {
    "/// Implements it in Rust.
    ///
    /// # Errors
    ///
    /// When the runtime does not answer.
    #[track_caller]
    pub fn implement(kernel: &Kernel, members: &[Override]) -> Result<Self, Error> {
        kernel.create_with(\"Object\", vec![], &[Self::CLASS], members).map(Self::from)
    }\n\n"
        .to_owned()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Constructor,
    Static,
    Method,
}

fn call(selection: &Selection, full: &str, callable: &Callable, form: Form) -> Result<String> {
    let taken = selection.parameters(full, callable)?;
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    let mut before = String::new();
    // The first object that is given says which runtime it is.
    let first = taken.first().filter(|(it, shape)| {
        form != Form::Method
            && matches!(shape, Shape::Object(_))
            && (!it.optional || it.name == "scope")
    });
    let kernel = match (form, first) {
        (Form::Method, _) => {
            parameters.push("&self".to_owned());
            String::new()
        }
        (_, Some((it, shape))) => {
            let rust = snake(&it.name);
            before = format!("let {rust}: {} = {rust}.into();\n", shape.owned());
            format!("{rust}.object().kernel()")
        }
        (_, None) => {
            parameters.push("kernel: &Kernel".to_owned());
            "kernel".to_owned()
        }
    };
    for (at, (it, shape)) in taken.iter().enumerate() {
        let rust = snake(&it.name);
        let (parameter, value) = parameter(selection, it, shape, at == 0 && first.is_some());
        parameters.push(format!("{rust}: {parameter}"));
        values.push(value);
    }
    let (values, spread) = match (taken.last(), values.pop()) {
        (Some((it, shape)), Some(_)) if it.variadic => {
            let of = shape.owned();
            let spread = format!(
                "let mut arguments = vec![{}];\narguments.extend({}.into_iter().map(|it| Value::of::<{of}>(it)));\n",
                values.join(", "),
                snake(&it.name)
            );
            ("arguments".to_owned(), spread)
        }
        (_, last) => {
            values.extend(last);
            (format!("vec![{}]", values.join(", ")), String::new())
        }
    };
    let (name, returns, body) = match form {
        Form::Constructor => (
            NEW.to_owned(),
            "Self".to_owned(),
            format!("{kernel}.create(Self::CLASS, {values}).map(Self::from)"),
        ),
        Form::Static => (
            snake(&callable.name),
            given(selection, callable),
            format!("{kernel}.invoke_static(Self::CLASS, \"{}\", {values})", callable.name),
        ),
        Form::Method => (
            snake(&callable.name),
            given(selection, callable),
            format!("self.0.invoke(\"{}\", {values})", callable.name),
        ),
    };
    let what = match form {
        Form::Constructor => "Creates one.".to_owned(),
        Form::Static | Form::Method => format!("Calls `{}`.", callable.name),
    };
    Ok(format!(
        "/// {what}\n///\n/// # Errors\n///\n/// When JavaScript throws.\n#[track_caller]\npub fn {name}({}) -> Result<{returns}, Error> {{\n{before}{spread}{body}\n}}\n\n",
        parameters.join(", ")
    ))
}

/// A parameter's type, and the expression of its value.
fn parameter(
    selection: &Selection,
    it: &Parameter,
    shape: &Shape,
    converted: bool,
) -> (String, String) {
    let rust = snake(&it.name);
    if it.variadic {
        return (format!("impl IntoIterator<Item = impl Into<{}>>", shape.owned()), String::new());
    }
    if converted {
        return (shape.taken(), format!("Value::from(&{rust})"));
    }
    // A struct that may be empty stands for its absence.
    let empty = match shape {
        Shape::Struct(name) => selection.fields(name).iter().all(|field| field.property.optional),
        _ => false,
    };
    // The CDK has optional ids before required properties; nobody leaves those out.
    if it.optional && !empty && it.name != "id" {
        let value = format!("{rust}.map_or(Value::NOTHING, Value::from)");
        return (format!("Option<{}>", shape.owned()), value);
    }
    (shape.taken(), shape.value(&rust))
}

/// What a method gives. What is not in the bindings is dropped: most often the object itself, for chaining.
fn given(selection: &Selection, callable: &Callable) -> String {
    let shape = |it: &Returns| Some((selection.given(&it.r#type)?.owned(), it.optional));
    match callable.returns.as_ref().and_then(shape) {
        None => "()".to_owned(),
        Some((shape, false)) => shape,
        Some((shape, true)) => format!("Option<{shape}>"),
    }
}

fn get(selection: &Selection, full: &str, property: &Property) -> Result<String> {
    let shape = selection.given(&property.r#type).with_context(|| {
        format!(
            "the type of `{full}` is not in the bindings; add {:?} to the list",
            property.r#type
        )
    })?;
    let returns =
        if property.optional { format!("Option<{}>", shape.owned()) } else { shape.owned() };
    let (name, js) = (snake(&property.name), &property.name);
    let (parameter, body) = if property.r#static {
        ("kernel: &Kernel", format!("kernel.get_static(Self::CLASS, \"{js}\")"))
    } else {
        ("&self", format!("self.0.get(\"{js}\")"))
    };
    Ok(format!(
        "/// Reads `{js}`.\n///\n/// # Errors\n///\n/// When JavaScript throws.\n#[track_caller]\npub fn {name}({parameter}) -> Result<{returns}, Error> {{ {body} }}\n\n"
    ))
}
