//! Writes the TypeScript types of the JavaScript library, made from the JSON Schemas of the engine's own
//! types: `input.d.ts` (what a caller gives) and `view.d.ts` (what a caller gets) into the folder named on
//! the command line. `cargo xtask npm` calls this.

use consensusforge_core::session::scenario::codec::File;
use consensusforge_core::session::scenario::model::Command;
use consensusforge_core::session::view;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = Path::new(&folder);
    std::fs::write(folder.join("input.d.ts"), input())?;
    std::fs::write(folder.join("view.d.ts"), views())
}

fn input() -> String {
    let mut schemas = SchemaSettings::draft2020_12().into_generator();
    schemas.subschema_for::<File>();
    schemas.subschema_for::<Command>();
    let head = "// What a caller gives. Made from the engine's own types by web/engine/examples/declarations.rs.\n\n\
                /** A whole number; above 2^53 - 1 only a BigInt is exact. */\nexport type Integer = number | bigint;\n";
    Types { large: "Integer" }.all(schemas, head)
}

fn views() -> String {
    let mut schemas = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    schemas.subschema_for::<view::RunInfo>();
    schemas.subschema_for::<view::Advance>();
    schemas.subschema_for::<view::Frame>();
    schemas.subschema_for::<view::Moments>();
    schemas.subschema_for::<view::Decision>();
    schemas.subschema_for::<view::MessageView>();
    schemas.subschema_for::<view::LinkView>();
    schemas.subschema_for::<view::Replay>();
    schemas.subschema_for::<view::ExportView>();
    schemas.subschema_for::<view::Preset>();
    schemas.subschema_for::<view::ModuleView>();
    schemas.subschema_for::<view::CardView>();
    schemas.subschema_for::<view::ContractView>();
    schemas.subschema_for::<view::ReceiptView>();
    schemas.subschema_for::<view::ViewResult>();
    schemas.subschema_for::<view::PersonView>();
    schemas.subschema_for::<view::StorageView>();
    schemas.subschema_for::<view::ProofView>();
    let head = "// What a caller gets: plain objects, 64-bit numbers as BigInt. Made from the engine's own types by\n\
                // web/engine/examples/declarations.rs.\n";
    Types { large: "bigint" }.all(schemas, head)
}

/// Writes schemas as types.
struct Types {
    /// The type of 64-bit numbers.
    large: &'static str,
}

impl Types {
    fn all(&self, mut schemas: SchemaGenerator, head: &str) -> String {
        let mut out = head.to_owned();
        for (name, schema) in schemas.take_definitions(true) {
            out.push('\n');
            comment(&mut out, &schema, "");
            let _ = writeln!(out, "export type {name} = {};", self.of(&schema, ""));
        }
        out
    }

    /// The type of one schema; `indent` is that of the line it stands in.
    fn of(&self, schema: &Value, indent: &str) -> String {
        if let Some(name) = schema["$ref"].as_str() {
            return name.rsplit('/').next().unwrap_or(name).to_owned();
        }
        if let Some(only) = schema.get("const") {
            return only.to_string();
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[key].as_array() {
                let choices: Vec<String> = choices.iter().map(|c| self.of(c, indent)).collect();
                return choices.join(" | ");
            }
        }
        if let Some(choices) = schema["enum"].as_array() {
            let choices: Vec<String> = choices.iter().map(Value::to_string).collect();
            return choices.join(" | ");
        }
        match &schema["type"] {
            Value::String(name) => self.named(name, schema, indent),
            Value::Array(names) => {
                let names = names.iter().filter_map(Value::as_str);
                let types: Vec<String> = names.map(|n| self.named(n, schema, indent)).collect();
                types.join(" | ")
            }
            _ => panic!("no TypeScript type is known for the schema {schema}"),
        }
    }

    fn named(&self, name: &str, schema: &Value, indent: &str) -> String {
        match name {
            "null" => "null".into(),
            "boolean" => "boolean".into(),
            "string" => "string".into(),
            "number" => "number".into(),
            "integer" => match schema["format"].as_str() {
                Some("uint64" | "int64" | "uint") => self.large.into(),
                _ => "number".into(),
            },
            "array" => match schema["prefixItems"].as_array() {
                Some(items) => {
                    let items: Vec<String> = items.iter().map(|i| self.of(i, indent)).collect();
                    format!("[{}]", items.join(", "))
                }
                None => format!("Array<{}>", self.of(&schema["items"], indent)),
            },
            "object" => self.object(schema, indent),
            _ => panic!("no TypeScript type is known for the schema {schema}"),
        }
    }

    fn object(&self, schema: &Value, indent: &str) -> String {
        let none = Map::new();
        let fields = schema["properties"].as_object().unwrap_or(&none);
        if let (true, Some(values)) = (
            fields.is_empty(),
            schema["additionalProperties"].as_object(),
        ) {
            return format!(
                "Record<string, {}>",
                self.of(&Value::Object(values.clone()), indent)
            );
        }
        let inner = format!("{indent}  ");
        let mut out = String::from("{\n");
        for (name, field) in fields {
            comment(&mut out, field, &inner);
            let required = schema["required"].as_array();
            let required = required.is_some_and(|all| all.iter().any(|r| r == name));
            let mark = if required { "" } else { "?" };
            let _ = writeln!(out, "{inner}{name}{mark}: {};", self.of(field, &inner));
        }
        let _ = write!(out, "{indent}}}");
        out
    }
}

fn comment(out: &mut String, schema: &Value, indent: &str) {
    if let Some(text) = schema["description"].as_str() {
        let text = text.replace("*/", "* /").replace('\n', " ");
        let _ = writeln!(out, "{indent}/** {text} */");
    }
}
