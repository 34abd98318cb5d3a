//! Reads one help page: Markdown in the `PlatyPS` layout.

use anyhow::{Context, Result, anyhow, bail};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use yaml_rust2::{Yaml, YamlLoader};

/// What a page says about one command.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    pub name: String,
    pub synopsis: String,
    pub syntaxes: Vec<Syntax>,
    pub description: Vec<String>,
    pub examples: Vec<Example>,
    pub parameters: Vec<Parameter>,
    pub inputs: Vec<TypeNote>,
    pub outputs: Vec<TypeNote>,
    pub notes: Vec<String>,
    pub links: Vec<Link>,
}

/// One way of calling the command: the parameters of a set, in the order in which they are shown.
#[derive(Debug, PartialEq)]
pub struct Syntax {
    pub set: String,
    pub parameters: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Example {
    pub title: String,
    pub code: String,
    pub remarks: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub description: Vec<String>,
    pub type_name: String,
    pub default: Option<String>,
    pub wildcards: bool,
    pub aliases: Vec<String>,
    pub sets: Vec<ParameterSet>,
    pub accepted: Vec<String>,
    pub hidden: bool,
}

/// How a parameter takes part in one parameter set.
#[allow(
    clippy::struct_excessive_bools,
    reason = "PowerShell's own five facts, each independent of the others"
)]
#[derive(Debug, PartialEq)]
pub struct ParameterSet {
    pub name: String,
    /// `None` = by name only.
    pub position: Option<u32>,
    pub required: bool,
    pub by_value: bool,
    pub by_property_name: bool,
    pub remaining: bool,
}

#[derive(Debug, PartialEq)]
pub struct TypeNote {
    pub type_name: String,
    pub text: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub text: String,
    pub uri: String,
}

/// The name PowerShell and `PlatyPS` give to "every parameter set".
const ALL_SETS: &str = "(All)";
const ONLY_SET: &str = "__AllParameterSets";

impl Page {
    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

impl Parameter {
    /// How it takes part in a set, if it does.
    pub fn set(&self, name: &str) -> Option<&ParameterSet> {
        self.sets
            .iter()
            .find(|set| set.name == name || set.name == ALL_SETS)
    }

    /// True for a parameter that is given without a value.
    pub fn is_switch(&self) -> bool {
        matches!(
            self.type_name.as_str(),
            "SwitchParameter" | "System.Management.Automation.SwitchParameter" | "switch"
        )
    }
}

/// Reads a page; what the layout does not have, or what would get lost on the way, is an error.
pub fn parse(markdown: &str) -> Result<Page> {
    let blocks = blocks(markdown)?;
    let mut page = Page::default();
    let sections = split(&blocks, 1)?;
    let [(title, blocks)] = sections.as_slice() else {
        bail!("a page has one heading of the first level, the command's name");
    };
    (*title).clone_into(&mut page.name);
    for (title, blocks) in split(blocks, 2)? {
        page.read_section(title, blocks)
            .with_context(|| format!("section {title}"))?;
    }
    page.check()?;
    Ok(page)
}

impl Page {
    fn read_section(&mut self, title: &str, blocks: &[Block]) -> Result<()> {
        match title.to_uppercase().as_str() {
            "SYNOPSIS" => self.synopsis = paragraphs(blocks)?.join(" "),
            "SYNTAX" => {
                for (title, blocks) in split(blocks, 3)? {
                    self.syntaxes
                        .push(read_syntax(title, blocks).with_context(|| title.to_owned())?);
                }
            }
            "DESCRIPTION" => self.description = paragraphs(blocks)?,
            "EXAMPLES" => {
                for (title, blocks) in split(blocks, 3)? {
                    self.examples
                        .push(read_example(title, blocks).with_context(|| title.to_owned())?);
                }
            }
            "PARAMETERS" => {
                for (title, blocks) in split(blocks, 3)? {
                    if let Some(name) = title.strip_prefix('-') {
                        self.parameters
                            .push(read_parameter(name, blocks).with_context(|| title.to_owned())?);
                    } else if title != "CommonParameters" {
                        bail!("{title:?} is not a parameter");
                    }
                }
            }
            "INPUTS" => self.inputs = read_types(blocks)?,
            "OUTPUTS" => self.outputs = read_types(blocks)?,
            "NOTES" => self.notes = paragraphs(blocks)?,
            "RELATED LINKS" => {
                for block in blocks {
                    match block {
                        Block::Paragraph { links, .. } => self.links.extend_from_slice(links),
                        other => bail!("links only, not {other:?}"),
                    }
                }
            }
            // Get-Help takes a command's aliases from the command itself.
            "ALIASES" => {}
            _ => bail!("not a section of the layout"),
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.synopsis.is_empty() || self.description.is_empty() || self.syntaxes.is_empty() {
            bail!("SYNOPSIS, SYNTAX and DESCRIPTION may not be empty");
        }
        for syntax in &self.syntaxes {
            for name in &syntax.parameters {
                let parameter = self
                    .parameter(name)
                    .ok_or_else(|| anyhow!("SYNTAX has -{name}, PARAMETERS has not"))?;
                if parameter.set(&syntax.set).is_none() {
                    bail!(
                        "SYNTAX shows -{name} in set {}, its ParameterSets do not",
                        syntax.set
                    );
                }
            }
            for parameter in self.parameters.iter().filter(|parameter| !parameter.hidden) {
                if parameter.set(&syntax.set).is_some()
                    && !syntax.parameters.contains(&parameter.name)
                {
                    bail!(
                        "-{} belongs to set {}, but SYNTAX does not show it there",
                        parameter.name,
                        syntax.set
                    );
                }
            }
        }
        for parameter in &self.parameters {
            for set in parameter.sets.iter().filter(|set| set.name != ALL_SETS) {
                if !self.syntaxes.iter().any(|syntax| syntax.set == set.name) {
                    bail!(
                        "-{} names the set {}, which SYNTAX does not have",
                        parameter.name,
                        set.name
                    );
                }
            }
        }
        Ok(())
    }
}

fn read_syntax(title: &str, blocks: &[Block]) -> Result<Syntax> {
    let [Block::Code { text, .. }] = blocks else {
        bail!("one code block is expected")
    };
    let set = title.trim_end_matches(" (Default)").to_owned();
    let set = if set == ALL_SETS {
        ONLY_SET.to_owned()
    } else {
        set
    };
    // Every `-Name` outside `<type>`; the command's own name has its hyphen inside.
    let mut parameters = Vec::new();
    for word in text.split_whitespace() {
        if let Some(name) = word.trim_start_matches('[').strip_prefix('-') {
            parameters.push(name.trim_end_matches([']', ',']).to_owned());
        }
    }
    Ok(Syntax { set, parameters })
}

fn read_example(title: &str, blocks: &[Block]) -> Result<Example> {
    let mut example = Example {
        title: title.to_owned(),
        ..Example::default()
    };
    let mut rest = Vec::new();
    for block in blocks {
        match block {
            Block::Code { text, .. } if example.code.is_empty() => example.code.clone_from(text),
            block => rest.push(block),
        }
    }
    if example.code.is_empty() {
        bail!("no code block");
    }
    example.remarks = rest.into_iter().map(text_of).collect::<Result<_>>()?;
    Ok(example)
}

fn read_parameter(name: &str, blocks: &[Block]) -> Result<Parameter> {
    let Some((Block::Code { language, text }, description)) = blocks.split_last() else {
        bail!("a yaml block is expected at the end");
    };
    if language != "yaml" {
        bail!("a yaml block is expected at the end");
    }
    let documents = YamlLoader::load_from_str(text).context("the yaml block")?;
    let [yaml] = documents.as_slice() else {
        bail!("the yaml block is empty")
    };
    let sets = yaml["ParameterSets"]
        .as_vec()
        .context("ParameterSets is missing")?;
    let default =
        scalar(&yaml["DefaultValue"]).filter(|value| !value.is_empty() && value != "None");
    let parameter = Parameter {
        name: name.to_owned(),
        description: paragraphs(description)?,
        type_name: scalar(&yaml["Type"]).context("Type is missing")?,
        default,
        wildcards: flag(&yaml["SupportsWildcards"])?,
        aliases: list(&yaml["Aliases"]),
        sets: sets.iter().map(read_set).collect::<Result<_>>()?,
        accepted: list(&yaml["AcceptedValues"]),
        hidden: flag(&yaml["DontShow"])?,
    };
    if parameter.description.is_empty() || parameter.sets.is_empty() {
        bail!("a parameter has a description and at least one of ParameterSets");
    }
    Ok(parameter)
}

fn read_set(yaml: &Yaml) -> Result<ParameterSet> {
    let position = scalar(&yaml["Position"]).context("Position is missing")?;
    Ok(ParameterSet {
        name: scalar(&yaml["Name"]).context("Name is missing")?,
        position: match position.as_str() {
            "Named" => None,
            number => Some(
                number
                    .parse()
                    .with_context(|| format!("Position {number}"))?,
            ),
        },
        required: flag(&yaml["IsRequired"])?,
        by_value: flag(&yaml["ValueFromPipeline"])?,
        by_property_name: flag(&yaml["ValueFromPipelineByPropertyName"])?,
        remaining: flag(&yaml["ValueFromRemainingArguments"])?,
    })
}

fn read_types(blocks: &[Block]) -> Result<Vec<TypeNote>> {
    split(blocks, 3)?
        .into_iter()
        .map(|(title, blocks)| {
            Ok(TypeNote {
                type_name: title.to_owned(),
                text: paragraphs(blocks)?,
            })
        })
        .collect()
}

fn scalar(yaml: &Yaml) -> Option<String> {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => Some(text.clone()),
        Yaml::Integer(number) => Some(number.to_string()),
        Yaml::Boolean(value) => Some(if *value { "True" } else { "False" }.to_owned()),
        _ => None,
    }
}

fn flag(yaml: &Yaml) -> Result<bool> {
    match yaml {
        Yaml::BadValue => Ok(false),
        yaml => yaml
            .as_bool()
            .with_context(|| format!("true or false is expected, not {yaml:?}")),
    }
}

fn list(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(scalar)
        .collect()
}

/// A piece of a page.
#[derive(Debug, PartialEq)]
enum Block {
    Heading { level: usize, text: String },
    Paragraph { text: String, links: Vec<Link> },
    Code { language: String, text: String },
}

/// The page as a flat list of blocks; list items are paragraphs that begin with their bullet.
fn blocks(markdown: &str) -> Result<Vec<Block>> {
    let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_TABLES;
    let mut blocks = Vec::new();
    let mut text = String::new();
    let mut links: Vec<Link> = Vec::new();
    let mut link_start = 0;
    let mut code = None;
    // One entry per open list: the next number, or none for bullets.
    let mut lists: Vec<Option<u64>> = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match event {
            Event::End(TagEnd::MetadataBlock(_)) => text.clear(),
            Event::Start(Tag::CodeBlock(kind)) => {
                flush(&mut blocks, &mut text, &mut links);
                code = Some(match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => String::new(),
                });
            }
            Event::End(TagEnd::CodeBlock) => {
                let language = code.take().unwrap_or_default();
                blocks.push(Block::Code {
                    language,
                    text: std::mem::take(&mut text).trim_end().to_owned(),
                });
            }
            Event::Start(Tag::List(first)) => {
                flush(&mut blocks, &mut text, &mut links);
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                lists.pop();
            }
            Event::Start(Tag::Item) => {
                text.push_str(&"  ".repeat(lists.len().saturating_sub(1)));
                match lists.last_mut() {
                    Some(Some(number)) => {
                        text.push_str(&number.to_string());
                        text.push_str(". ");
                        *number += 1;
                    }
                    _ => text.push_str("- "),
                }
            }
            Event::Start(Tag::Heading { .. }) => flush(&mut blocks, &mut text, &mut links),
            Event::End(TagEnd::Heading(level)) => {
                links.clear();
                blocks.push(Block::Heading {
                    level: depth(level),
                    text: std::mem::take(&mut text),
                });
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                flush(&mut blocks, &mut text, &mut links);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                link_start = text.len();
                links.push(Link {
                    text: String::new(),
                    uri: dest_url.into_string(),
                });
            }
            Event::End(TagEnd::Link) => {
                if let Some(link) = links.last_mut() {
                    text[link_start..].clone_into(&mut link.text);
                    // A page beside this one means nothing in a console, an address does.
                    if link.uri.contains("://") && link.text != link.uri {
                        text.extend([" (", &link.uri, ")"]);
                    }
                }
            }
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak => text.push('\n'),
            Event::Start(Tag::MetadataBlock(_) | Tag::Paragraph | Tag::Emphasis | Tag::Strong)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong) => {}
            _ => {
                let line = markdown[..range.start].matches('\n').count() + 1;
                bail!("line {line}: Get-Help cannot show this kind of Markdown");
            }
        }
    }
    Ok(blocks)
}

fn flush(blocks: &mut Vec<Block>, text: &mut String, links: &mut Vec<Link>) {
    if !text.trim().is_empty() {
        let text = text.trim_end().to_owned();
        blocks.push(Block::Paragraph {
            text,
            links: std::mem::take(links),
        });
    }
    text.clear();
    links.clear();
}

fn depth(level: HeadingLevel) -> usize {
    level as usize
}

/// Splits blocks at the headings of a level; nothing may stand before the first.
fn split(blocks: &[Block], wanted: usize) -> Result<Vec<(&str, &[Block])>> {
    let starts: Vec<(usize, &str)> = blocks
        .iter()
        .enumerate()
        .filter_map(|(index, block)| match block {
            Block::Heading { level, text } if *level == wanted => Some((index, text.as_str())),
            _ => None,
        })
        .collect();
    let first = starts.first().map_or(blocks.len(), |(index, _)| *index);
    if let Some(stray) = blocks[..first].first() {
        bail!("before the first heading of level {wanted}: {stray:?}");
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(index, _)| *index)
        .chain([blocks.len()]);
    Ok(starts
        .iter()
        .zip(ends)
        .map(|((start, title), end)| (*title, &blocks[start + 1..end]))
        .collect())
}

fn paragraphs(blocks: &[Block]) -> Result<Vec<String>> {
    blocks.iter().map(text_of).collect()
}

fn text_of(block: &Block) -> Result<String> {
    match block {
        // Code stays as it is: Get-Help would take an indentation away, but from the first line only.
        Block::Paragraph { text, .. } | Block::Code { text, .. } => Ok(text.clone()),
        Block::Heading { text, .. } => bail!("a heading is not expected here: {text}"),
    }
}
