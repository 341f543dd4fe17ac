//! Which types the bindings have: those of the list, and what those need.
//!
//! - A class or interface is there if it is listed, or if a listed one is one of it and something takes it.
//! - A struct or enum comes along with the first member that takes it.
//! - A field whose type is not there is left out, and so is one that is deprecated. A required one that is not there is
//!   an error, as is a listed member whose types are not there: the list must name more.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};

use crate::assembly::{Assembly, Callable, Kind, Parameter, Property, Type, TypeRef};
use crate::shape::Shape;

/// The constructor, in the list.
pub(crate) const NEW: &str = "new";
/// That Rust implements the interface, in the list.
pub(crate) const IMPLEMENT: &str = "implement";

/// The list: full type name to its wanted members.
pub(crate) type Allowed = BTreeMap<String, Vec<String>>;

/// Reads the list: a table a module, a line a type.
pub(crate) fn allowed(text: &str) -> Result<Allowed> {
    let modules: BTreeMap<String, BTreeMap<String, Vec<String>>> = toml::from_str(text)?;
    let types = |(module, types): (String, BTreeMap<String, Vec<String>>)| {
        types.into_iter().map(move |(name, members)| (format!("{module}.{name}"), members))
    };
    Ok(modules.into_iter().flat_map(types).collect())
}

/// The types of all assemblies, and which of them the bindings have.
pub(crate) struct Selection {
    pub(crate) types: BTreeMap<String, Type>,
    pub(crate) allowed: Allowed,
    /// Listed types and all they are.
    known: BTreeSet<String>,
    /// What the bindings have so far: it grows while members are looked at.
    used: RefCell<BTreeSet<String>>,
}

impl Selection {
    pub(crate) fn new(assemblies: Vec<Assembly>, allowed: Allowed) -> Result<Self> {
        let types: BTreeMap<_, _> = assemblies.into_iter().flat_map(|it| it.types).collect();
        let mut known = BTreeSet::new();
        for name in allowed.keys() {
            if !types.contains_key(name) {
                bail!("the list has `{name}`, which is not in the CDK; mend its name");
            }
            known.insert(name.clone());
            known.extend(ancestors(&types, name));
        }
        let used = RefCell::new(allowed.keys().cloned().collect());
        Ok(Self { types, allowed, known, used })
    }

    /// What the bindings have: everything that was listed or has been looked at.
    pub(crate) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Type> {
        self.types.get(name).with_context(|| format!("`{name}` is not in the assemblies"))
    }

    /// The types that a type is: its bases and interfaces, theirs too.
    pub(crate) fn ancestors(&self, name: &str) -> BTreeSet<String> {
        ancestors(&self.types, name)
    }

    /// The shape of what a type reference refers to; `None` if it is not in the bindings.
    pub(crate) fn shape(&self, reference: &TypeRef) -> Option<Shape> {
        match reference {
            TypeRef::Primitive(name) => match name.as_str() {
                "string" => Some(Shape::Text),
                "number" => Some(Shape::Number),
                "boolean" => Some(Shape::Truth),
                "any" | "json" => Some(Shape::Anything),
                _ => None,
            },
            TypeRef::Fqn(name) => self.named(name),
            TypeRef::Collection { elementtype, kind } => {
                let of = Box::new(self.shape(elementtype)?);
                Some(if kind == "map" { Shape::Map(of) } else { Shape::List(of) })
            }
            TypeRef::Union { types } => {
                // A token in place of a value: strings and numbers can be one anyway.
                let token = TypeRef::Fqn("aws-cdk-lib.IResolvable".to_owned());
                let types = types.iter().filter(|it| **it != token);
                let mut shapes: Vec<Shape> = types.filter_map(|it| self.shape(it)).collect();
                match shapes.len() {
                    0 => None,
                    1 => shapes.pop(),
                    _ => Some(Shape::Anything),
                }
            }
            TypeRef::Intersection { .. } => None,
        }
    }

    fn named(&self, name: &str) -> Option<Shape> {
        let found = self.types.get(name)?;
        let shape = match found.kind {
            Kind::Enum => Shape::Enum(name.to_owned()),
            Kind::Interface if found.datatype => {
                if self.used.borrow().contains(name) {
                    return Some(Shape::Struct(name.to_owned()));
                }
                // Meanwhile it counts as there, for structs that hold themselves.
                self.used.borrow_mut().insert(name.to_owned());
                if self
                    .fields(name)
                    .iter()
                    .any(|field| !field.property.optional && field.shape.is_none())
                {
                    self.used.borrow_mut().remove(name);
                    return None;
                }
                Shape::Struct(name.to_owned())
            }
            Kind::Class | Kind::Interface if self.known.contains(name) => {
                Shape::Object(name.to_owned())
            }
            Kind::Class | Kind::Interface => return None,
        };
        self.used.borrow_mut().insert(name.to_owned());
        Some(shape)
    }

    /// The shape of what a member gives: the nearest type that is in the bindings.
    pub(crate) fn given(&self, reference: &TypeRef) -> Option<Shape> {
        let TypeRef::Fqn(name) = reference else { return self.shape(reference) };
        match self.types.get(name) {
            Some(found) if found.datatype => None,
            Some(found) => self.shape(reference).or_else(|| {
                let base = found.base.as_ref()?;
                self.given(&TypeRef::Fqn(base.clone()))
            }),
            None => None,
        }
    }

    /// A struct's fields with those it inherits, required ones first.
    pub(crate) fn fields(&self, name: &str) -> Vec<Field<'_>> {
        let mut fields = BTreeMap::new();
        let names = self.ancestors(name).into_iter().chain([name.to_owned()]);
        for property in names.filter_map(|name| self.types.get(&name)).flat_map(|it| &it.properties)
        {
            fields.insert(&property.name, property);
        }
        let mut fields: Vec<_> = fields
            .into_values()
            .filter(|property| !(property.optional && property.docs.is_deprecated()))
            .map(|property| Field { property, shape: self.shape(&property.r#type) })
            .collect();
        fields.sort_by_key(|field| field.property.optional);
        fields
    }

    /// A listed member of a type, its own or inherited.
    pub(crate) fn member(&self, name: &str, member: &str) -> Result<Found<'_>> {
        let own = self.get(name)?;
        if member == NEW {
            let found = own.initializer.as_ref().filter(|_| !own.r#abstract);
            return found.map(Found::Constructor).with_context(|| {
                format!("`{name}` cannot be created; remove `{NEW}` from its line of the list")
            });
        }
        // Its own members come before inherited ones.
        let names = [name.to_owned()].into_iter().chain(self.ancestors(name));
        for found in names.filter_map(|name| self.types.get(&name)) {
            if let Some(method) = found.methods.iter().find(|it| it.name == member) {
                return Ok(Found::Method(method));
            }
            if let Some(property) = found.properties.iter().find(|it| it.name == member) {
                return Ok(Found::Property(property));
            }
        }
        bail!("the list wants `{name}.{member}`, which does not exist; mend its name")
    }

    /// The parameters that a member takes, without optional ones whose types are not there.
    pub(crate) fn parameters<'a>(
        &self,
        member: &str,
        callable: &'a Callable,
    ) -> Result<Vec<(&'a Parameter, Shape)>> {
        let mut taken = Vec::new();
        for parameter in &callable.parameters {
            match self.shape(&parameter.r#type) {
                Some(shape) => taken.push((parameter, shape)),
                // What comes after it could not be given either.
                None if parameter.optional || parameter.variadic => break,
                None => bail!(
                    "`{member}` takes `{}`, of which the type is not in the bindings; add {:?} to the list",
                    parameter.name,
                    parameter.r#type
                ),
            }
        }
        Ok(taken)
    }
}

/// A field of a struct; without a shape it cannot be set.
pub(crate) struct Field<'a> {
    pub(crate) property: &'a Property,
    pub(crate) shape: Option<Shape>,
}

/// What a name of the list means.
pub(crate) enum Found<'a> {
    Constructor(&'a Callable),
    Method(&'a Callable),
    Property(&'a Property),
}

fn ancestors(types: &BTreeMap<String, Type>, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![name.to_owned()];
    while let Some(name) = waiting.pop() {
        for above in
            types.get(&name).into_iter().flat_map(|it| it.base.iter().chain(&it.interfaces))
        {
            if found.insert(above.clone()) {
                waiting.push(above.clone());
            }
        }
    }
    found
}
