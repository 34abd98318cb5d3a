//! Writes help pages as MAML, the XML that `Get-Help` reads.

use anyhow::Result;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::page::{Page, Parameter, ParameterSet, Syntax, TypeNote};

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:maml", "http://schemas.microsoft.com/maml/2004/10"),
    (
        "xmlns:command",
        "http://schemas.microsoft.com/maml/dev/command/2004/10",
    ),
    ("xmlns:dev", "http://schemas.microsoft.com/maml/dev/2004/10"),
    ("xmlns:MSHelp", "http://msdn.microsoft.com/mshelp"),
];

/// The help of these commands as one file.
pub fn write(pages: &[Page]) -> Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("helpItems")
        .with_attributes([("schema", "maml"), ("xmlns", "http://msh")])
        .write_inner_content(|writer| {
            pages
                .iter()
                .try_for_each(|page| write_command(writer, page))
        })?;
    let mut text = String::from_utf8(writer.into_inner())?;
    text.push('\n');
    Ok(text)
}

type Output = Writer<Vec<u8>>;
type Written = std::io::Result<()>;

fn write_command(writer: &mut Output, page: &Page) -> Written {
    let (verb, noun) = page.name.split_once('-').unwrap_or((&page.name, ""));
    writer
        .create_element("command:command")
        .with_attributes(NAMESPACES)
        .write_inner_content(|writer| {
            element(writer, "command:details", |writer| {
                text(writer, "command:name", &page.name)?;
                text(writer, "command:verb", verb)?;
                text(writer, "command:noun", noun)?;
                paragraphs(
                    writer,
                    "maml:description",
                    std::slice::from_ref(&page.synopsis),
                )
            })?;
            paragraphs(writer, "maml:description", &page.description)?;
            element(writer, "command:syntax", |writer| {
                page.syntaxes
                    .iter()
                    .try_for_each(|syntax| write_syntax(writer, page, syntax))
            })?;
            element(writer, "command:parameters", |writer| {
                page.parameters
                    .iter()
                    .filter(|parameter| !parameter.hidden)
                    .try_for_each(|parameter| {
                        write_parameter(writer, parameter, &overall(parameter), Place::Reference)
                    })
            })?;
            write_types(
                writer,
                "command:inputTypes",
                "command:inputType",
                &page.inputs,
            )?;
            write_types(
                writer,
                "command:returnValues",
                "command:returnValue",
                &page.outputs,
            )?;
            element(writer, "maml:alertSet", |writer| {
                paragraphs(writer, "maml:alert", &page.notes)
            })?;
            element(writer, "command:examples", |writer| {
                page.examples.iter().try_for_each(|example| {
                    element(writer, "command:example", |writer| {
                        // Nothing else tells an example's title from its text.
                        text(
                            writer,
                            "maml:title",
                            &format!("{0} {1} {0}", "-".repeat(12), example.title),
                        )?;
                        text(writer, "dev:code", &example.code)?;
                        paragraphs(writer, "dev:remarks", &example.remarks)
                    })
                })
            })?;
            element(writer, "command:relatedLinks", |writer| {
                page.links.iter().try_for_each(|link| {
                    element(writer, "maml:navigationLink", |writer| {
                        text(writer, "maml:linkText", &link.text)?;
                        // Get-Help -Online opens the first address; a page beside this one is not an address.
                        text(
                            writer,
                            "maml:uri",
                            if link.uri.contains("://") {
                                &link.uri
                            } else {
                                ""
                            },
                        )
                    })
                })
            })
        })?;
    Ok(())
}

fn write_syntax(writer: &mut Output, page: &Page, syntax: &Syntax) -> Written {
    element(writer, "command:syntaxItem", |writer| {
        text(writer, "maml:name", &page.name)?;
        for name in &syntax.parameters {
            if let Some((parameter, set)) = page
                .parameter(name)
                .and_then(|parameter| Some((parameter, parameter.set(&syntax.set)?)))
            {
                write_parameter(writer, parameter, set, Place::Syntax)?;
            }
        }
        Ok(())
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Syntax,
    Reference,
}

fn write_parameter(
    writer: &mut Output,
    parameter: &Parameter,
    set: &ParameterSet,
    place: Place,
) -> Written {
    let pipeline = match (set.by_value, set.by_property_name) {
        (false, false) => "False",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        (true, true) => "True (ByPropertyName, ByValue)",
    };
    let position = set
        .position
        .map_or_else(|| "named".to_owned(), |position| position.to_string());
    let aliases = if parameter.aliases.is_empty() {
        "none".to_owned()
    } else {
        parameter.aliases.join(", ")
    };
    let type_name = short(&parameter.type_name);
    writer
        .create_element("command:parameter")
        .with_attributes([
            ("required", boolean(set.required)),
            (
                "variableLength",
                boolean(set.remaining || type_name.ends_with("[]")),
            ),
            ("globbing", boolean(parameter.wildcards)),
            ("pipelineInput", pipeline),
            ("position", &position),
            ("aliases", &aliases),
        ])
        .write_inner_content(|writer| {
            text(writer, "maml:name", &parameter.name)?;
            let mut description = parameter.description.clone();
            if place == Place::Reference && !parameter.accepted.is_empty() {
                // Get-Help has no line for them.
                description.push(format!(
                    "Accepted values: {}",
                    parameter.accepted.join(", ")
                ));
            }
            paragraphs(writer, "maml:description", &description)?;
            if place == Place::Syntax && !parameter.accepted.is_empty() {
                element(writer, "command:parameterValueGroup", |writer| {
                    parameter
                        .accepted
                        .iter()
                        .try_for_each(|value| write_value(writer, value, false))
                })?;
            } else if !(place == Place::Syntax && parameter.is_switch()) {
                write_value(writer, type_name, !parameter.is_switch())?;
            }
            element(writer, "dev:type", |writer| {
                text(writer, "maml:name", type_name)?;
                text(writer, "maml:uri", "")
            })?;
            let default = parameter
                .default
                .as_deref()
                .unwrap_or(if parameter.is_switch() {
                    "False"
                } else {
                    "None"
                });
            text(writer, "dev:defaultValue", default)
        })?;
    Ok(())
}

fn write_value(writer: &mut Output, value: &str, required: bool) -> Written {
    writer
        .create_element("command:parameterValue")
        .with_attributes([("required", boolean(required)), ("variableLength", "false")])
        .write_text_content(BytesText::new(value))?;
    Ok(())
}

fn write_types(writer: &mut Output, list: &str, item: &str, types: &[TypeNote]) -> Written {
    element(writer, list, |writer| {
        types.iter().try_for_each(|note| {
            element(writer, item, |writer| {
                element(writer, "dev:type", |writer| {
                    text(writer, "maml:name", &note.type_name)
                })?;
                paragraphs(writer, "maml:description", &note.text)
            })
        })
    })
}

/// What holds of a parameter whatever the set: required only if it always is, fed by the pipeline if it ever is.
fn overall(parameter: &Parameter) -> ParameterSet {
    let any = |property: fn(&ParameterSet) -> bool| parameter.sets.iter().any(property);
    ParameterSet {
        name: String::new(),
        position: parameter.sets.iter().find_map(|set| set.position),
        required: parameter.sets.iter().all(|set| set.required),
        by_value: any(|set| set.by_value),
        by_property_name: any(|set| set.by_property_name),
        remaining: any(|set| set.remaining),
    }
}

/// A type's name as PowerShell shows it: without its namespace.
fn short(type_name: &str) -> &str {
    if type_name.contains('`') {
        type_name
    } else {
        type_name.rsplit('.').next().unwrap_or(type_name)
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn element(
    writer: &mut Output,
    name: &str,
    content: impl FnOnce(&mut Output) -> Written,
) -> Written {
    writer.create_element(name).write_inner_content(content)?;
    Ok(())
}

fn text(writer: &mut Output, name: &str, value: &str) -> Written {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(value))?;
    Ok(())
}

fn paragraphs(writer: &mut Output, name: &str, values: &[String]) -> Written {
    element(writer, name, |writer| {
        values
            .iter()
            .try_for_each(|value| text(writer, "maml:para", value))
    })
}
