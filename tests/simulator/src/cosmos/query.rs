//! The queries clients send for resources: `SELECT * FROM root`, with conditions on their fields.

use serde::Deserialize;
use serde_json::Value;

use crate::http::Request;

/// Whether a POST asks instead of making.
pub fn is_query(request: &Request) -> bool {
    request.method == hyper::Method::POST
        && request
            .header("x-ms-documentdb-isquery")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

#[derive(Deserialize)]
struct Query {
    query: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    value: Value,
}

#[derive(Debug, PartialEq)]
pub struct Filter {
    /// All must hold: a path of names, and what is there.
    conditions: Vec<(Vec<String>, Value)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Parameter(String),
    Text(String),
    Number(Value),
    Sign(char),
}

pub fn parse(request: &Request) -> Result<Filter, String> {
    let is_query_body = request.header("content-type").is_some_and(|kind| {
        kind.to_ascii_lowercase()
            .starts_with("application/query+json")
    });
    if !is_query_body {
        return Err("The Content-Type of a query is application/query+json.".to_owned());
    }
    let query: Query = serde_json::from_slice(&request.body).map_err(|_| {
        "The input content is invalid because the required properties - 'query; ' - are missing"
            .to_owned()
    })?;
    Filter::parse(&query.query, &query.parameters)
}

impl Filter {
    pub fn matches(&self, document: &Value) -> bool {
        self.conditions.iter().all(|(path, expected)| {
            path.iter()
                .try_fold(document, |value, name| value.get(name))
                .is_some_and(|value| value == expected)
        })
    }

    fn parse(text: &str, parameters: &[Parameter]) -> Result<Filter, String> {
        let words = words(text)?;
        let mut words = Words { rest: &words };
        words.keyword("SELECT")?;
        words.sign('*')?;
        words.keyword("FROM")?;
        let mut root = words.name()?;
        words.optional_keyword("AS");
        if !words.at_keyword("WHERE") && !words.rest.is_empty() {
            root = words.name()?;
        }
        let mut conditions = Vec::new();
        if words.optional_keyword("WHERE") {
            conditions.push(words.condition(&root, parameters)?);
            while words.optional_keyword("AND") {
                conditions.push(words.condition(&root, parameters)?);
            }
        }
        match words.rest {
            [] => Ok(Filter { conditions }),
            [word, ..] => Err(syntax_error(word)),
        }
    }
}

struct Words<'a> {
    rest: &'a [Word],
}

impl Words<'_> {
    fn next(&mut self) -> Result<Word, String> {
        let (first, rest) = self
            .rest
            .split_first()
            .ok_or_else(|| "Syntax error, unexpected end of query.".to_owned())?;
        self.rest = rest;
        Ok(first.clone())
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(self.rest.first(), Some(Word::Name(name)) if name.eq_ignore_ascii_case(keyword))
    }

    fn optional_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), String> {
        if self.optional_keyword(keyword) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn sign(&mut self, sign: char) -> Result<(), String> {
        if self.rest.first() != Some(&Word::Sign(sign)) {
            return Err(self.unexpected());
        }
        self.rest = &self.rest[1..];
        Ok(())
    }

    fn name(&mut self) -> Result<String, String> {
        match self.next()? {
            Word::Name(name) => Ok(name),
            word => Err(syntax_error(&word)),
        }
    }

    /// `root.name = value`, also `root["name"]`.
    fn condition(
        &mut self,
        root: &str,
        parameters: &[Parameter],
    ) -> Result<(Vec<String>, Value), String> {
        let start = self.name()?;
        if start != root {
            return Err(format!("Identifier '{start}' could not be resolved."));
        }
        let mut path = Vec::new();
        loop {
            match self.next()? {
                Word::Sign('.') => path.push(self.name()?),
                Word::Sign('[') => {
                    match self.next()? {
                        Word::Text(name) => path.push(name),
                        word => return Err(syntax_error(&word)),
                    }
                    self.sign(']')?;
                }
                Word::Sign('=') if !path.is_empty() => break,
                word => return Err(syntax_error(&word)),
            }
        }
        let value = match self.next()? {
            Word::Text(text) => Value::String(text),
            Word::Number(number) => number,
            Word::Parameter(name) => parameters
                .iter()
                .find(|parameter| parameter.name == name)
                .map(|parameter| parameter.value.clone())
                .ok_or_else(|| format!("The query parameter '{name}' is not defined."))?,
            word => return Err(syntax_error(&word)),
        };
        Ok((path, value))
    }

    fn unexpected(&self) -> String {
        self.rest.first().map_or_else(
            || "Syntax error, unexpected end of query.".to_owned(),
            syntax_error,
        )
    }
}

fn syntax_error(word: &Word) -> String {
    let text = match word {
        Word::Name(text) | Word::Parameter(text) | Word::Text(text) => text.clone(),
        Word::Number(number) => number.to_string(),
        Word::Sign(sign) => sign.to_string(),
    };
    format!("Syntax error, incorrect syntax near '{text}'.")
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => {
                let (value, length) = quoted(rest, first)?;
                words.push(Word::Text(value));
                length
            }
            '@' => {
                let length = 1 + rest[1..]
                    .find(|letter| !is_name(letter))
                    .unwrap_or(rest.len() - 1);
                words.push(Word::Parameter(rest[..length].to_owned()));
                length
            }
            _ if first.is_ascii_digit() => {
                let length = rest
                    .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
                    .unwrap_or(rest.len());
                let number = serde_json::from_str(&rest[..length]);
                words.push(Word::Number(number.map_err(|_| {
                    format!(
                        "Syntax error, invalid numeric value token '{}'.",
                        &rest[..length]
                    )
                })?));
                length
            }
            _ if is_name(first) => {
                let length = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
                words.push(Word::Name(rest[..length].to_owned()));
                length
            }
            _ => {
                words.push(Word::Sign(first));
                first.len_utf8()
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

/// A quoted text at the start, and how long it is with its quotes.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ if letter == quote => return Ok((value, at + 1)),
            _ => value.push(letter),
        }
    }
    Err("Syntax error, invalid string literal token.".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(text: &str, parameters: &Value) -> Result<Filter, String> {
        Filter::parse(
            text,
            &serde_json::from_value::<Vec<Parameter>>(parameters.clone()).unwrap(),
        )
    }

    fn matching(text: &str, parameters: &Value) -> Vec<usize> {
        let filter = filter(text, parameters).unwrap();
        let documents = [
            json!({"id": "a", "resource": "dbs/x==/", "n": 1}),
            json!({"id": "b\"c", "resource": "dbs/x==/colls/y=/", "n": 2}),
        ];
        (0..documents.len())
            .filter(|index| filter.matches(&documents[*index]))
            .collect()
    }

    #[test]
    fn the_queries_clients_send() {
        assert_eq!(matching("SELECT * FROM c", &json!([])), [0, 1]);
        assert_eq!(
            matching(
                "select * from root r where r.id=@id",
                &json!([{"name": "@id", "value": "a"}])
            ),
            [0]
        );
        assert_eq!(
            matching(
                "SELECT * FROM root WHERE root.resource = \"dbs/x==/colls/y=/\"",
                &json!([])
            ),
            [1]
        );
        assert_eq!(
            matching(
                "SELECT * FROM root AS r WHERE r['id'] = 'b\"c' AND r.n = 2",
                &json!([])
            ),
            [1]
        );
        assert_eq!(
            matching("SELECT * FROM c WHERE c.id = \"b\\\"c\"", &json!([])),
            [1]
        );
        assert_eq!(
            matching(
                "SELECT * FROM c WHERE c.id = @r",
                &json!([{"name": "@r", "value": "nothing"}])
            ),
            [0; 0]
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "SELECT id FROM c",
            "SELECT * FROM c WHERE d.id = 'a'",
            "SELECT * FROM c WHERE c.id = @missing",
            "SELECT * FROM c WHERE c.id = 'a",
            "SELECT * FROM c WHERE c = 1",
            "SELECT * FROM c WHERE c.n > 1",
            "SELECT * FROM c ORDER BY c.id",
            "SELECT * FROM c WHERE c.n = 1.2.3",
        ] {
            assert!(filter(text, &json!([])).is_err(), "{text}");
        }
    }
}
