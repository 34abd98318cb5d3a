//! Writes NuGet packages: a zip with a specification, and the two parts that make it a package of the Open Packaging
//! Conventions. As NuGet itself writes them, but with names that do not change.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::archive::{self, Entry};

const NUSPEC: &str = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const CONTENT_TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const CORE_PROPERTIES: &str =
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";

/// What a package says of itself.
pub struct Specification {
    pub id: String,
    pub version: String,
    pub authors: String,
    pub description: String,
    pub copyright: String,
    pub tags: Vec<String>,
    pub release_notes: String,
    pub license: License,
    /// Where the project is public, if it is.
    pub project: Option<String>,
    /// The path of its page in the package.
    pub readme: Option<&'static str>,
    /// The frameworks it is for. It needs nothing else in any of them.
    pub frameworks: &'static [&'static str],
    pub is_symbols: bool,
}

/// How a licence is named.
pub enum License {
    /// As SPDX does.
    Expression(String),
    /// By its address, for a gallery that knows nothing else.
    Url(String),
}

/// Writes a package with these files.
pub fn write(
    into: &Path,
    specification: &Specification,
    mut files: Vec<Entry>,
    date: OffsetDateTime,
) -> Result<()> {
    let nuspec_name = format!("{}.nuspec", specification.id);
    let nuspec = specification.nuspec()?;
    let core = specification.core_properties()?;
    let core_name = format!(
        "package/services/metadata/core-properties/{}.psmdcp",
        &hash(&core)[..32]
    );
    let rels = relationships(&nuspec_name, &core_name)?;
    files.push(Entry::file(nuspec_name, nuspec));
    files.push(Entry::file(core_name, core));
    files.push(Entry::file("_rels/.rels", rels));
    let types = content_types(&files)?;
    files.push(Entry::file("[Content_Types].xml", types));
    archive::zip(into, files, date)
}

impl Specification {
    fn nuspec(&self) -> Result<Vec<u8>> {
        let tags = self.tags.join(" ");
        document(|xml| {
            xml.create_element("package")
                .with_attribute(("xmlns", NUSPEC))
                .write_inner_content(|xml| {
                    xml.create_element("metadata").write_inner_content(|xml| {
                        text(xml, "id", &self.id)?;
                        text(xml, "version", &self.version)?;
                        // Symbols are taken as their package's, so they repeat neither its authors nor its licence.
                        if !self.is_symbols {
                            text(xml, "authors", &self.authors)?;
                            text(xml, "requireLicenseAcceptance", "false")?;
                            self.license(xml)?;
                        }
                        if let Some(project) = &self.project {
                            text(xml, "projectUrl", project)?;
                        }
                        if let Some(readme) = self.readme {
                            text(xml, "readme", readme)?;
                        }
                        text(xml, "description", &self.description)?;
                        text(xml, "releaseNotes", &self.release_notes)?;
                        text(xml, "copyright", &self.copyright)?;
                        text(xml, "tags", &tags)?;
                        if self.is_symbols {
                            xml.create_element("packageTypes")
                                .write_inner_content(|xml| {
                                    xml.create_element("packageType")
                                        .with_attribute(("name", "SymbolsPackage"))
                                        .write_empty()?;
                                    Ok(())
                                })?;
                        }
                        if !self.frameworks.is_empty() {
                            xml.create_element("dependencies")
                                .write_inner_content(|xml| {
                                    for framework in self.frameworks {
                                        xml.create_element("group")
                                            .with_attribute(("targetFramework", *framework))
                                            .write_empty()?;
                                    }
                                    Ok(())
                                })?;
                        }
                        Ok(())
                    })?;
                    Ok(())
                })?;
            Ok(())
        })
    }

    fn license(&self, xml: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        match &self.license {
            License::Expression(expression) => {
                xml.create_element("license")
                    .with_attribute(("type", "expression"))
                    .write_text_content(BytesText::new(expression))?;
                // For clients that are older than the expression.
                let url = format!("https://licenses.nuget.org/{expression}");
                text(xml, "licenseUrl", &url)
            }
            License::Url(url) => text(xml, "licenseUrl", url),
        }
    }

    fn core_properties(&self) -> Result<Vec<u8>> {
        let tags = self.tags.join(" ");
        document(|xml| {
            xml.create_element("coreProperties")
                .with_attributes([
                    ("xmlns", CORE_PROPERTIES),
                    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
                ])
                .write_inner_content(|xml| {
                    text(xml, "dc:creator", &self.authors)?;
                    text(xml, "dc:description", &self.description)?;
                    text(xml, "dc:identifier", &self.id)?;
                    text(xml, "version", &self.version)?;
                    text(xml, "keywords", &tags)
                })?;
            Ok(())
        })
    }
}

fn relationships(nuspec: &str, core: &str) -> Result<Vec<u8>> {
    let targets = [
        (
            "http://schemas.microsoft.com/packaging/2010/07/manifest",
            nuspec,
        ),
        (
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            core,
        ),
    ];
    document(|xml| {
        xml.create_element("Relationships")
            .with_attribute(("xmlns", RELATIONSHIPS))
            .write_inner_content(|xml| {
                for (kind, target) in targets {
                    let target = format!("/{target}");
                    let id = format!("R{}", &hash(target.as_bytes())[..16]);
                    xml.create_element("Relationship")
                        .with_attributes([("Type", kind), ("Target", &*target), ("Id", &*id)])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

/// The type of every part, by the ending of its name or else by its name.
fn content_types(files: &[Entry]) -> Result<Vec<u8>> {
    let mut endings = BTreeSet::new();
    let mut names = BTreeSet::new();
    for file in files {
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        match name.rsplit_once('.') {
            Some((_, ending)) => endings.insert(ending.to_lowercase()),
            None => names.insert(format!("/{}", file.name)),
        };
    }
    document(|xml| {
        xml.create_element("Types")
            .with_attribute(("xmlns", CONTENT_TYPES))
            .write_inner_content(|xml| {
                for ending in &endings {
                    let kind = match ending.as_str() {
                        "rels" => "application/vnd.openxmlformats-package.relationships+xml",
                        "psmdcp" => "application/vnd.openxmlformats-package.core-properties+xml",
                        _ => "application/octet",
                    };
                    xml.create_element("Default")
                        .with_attributes([("Extension", ending.as_str()), ("ContentType", kind)])
                        .write_empty()?;
                }
                for name in &names {
                    xml.create_element("Override")
                        .with_attributes([
                            ("PartName", name.as_str()),
                            ("ContentType", "application/octet"),
                        ])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

fn document(content: impl FnOnce(&mut Writer<Vec<u8>>) -> std::io::Result<()>) -> Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    content(&mut writer)?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(value))?;
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
    super::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;

    fn specification() -> Specification {
        Specification {
            id: "Some.Package".to_owned(),
            version: "1.2.3".to_owned(),
            authors: "us & them".to_owned(),
            description: "about".to_owned(),
            copyright: "ours".to_owned(),
            tags: vec!["one".to_owned(), "two".to_owned()],
            release_notes: "<new>".to_owned(),
            license: License::Expression("MIT".to_owned()),
            project: None,
            readme: Some("README.md"),
            frameworks: &[".NETFramework4.6.2", ".NETStandard2.0"],
            is_symbols: false,
        }
    }

    #[test]
    fn a_package_has_the_parts_that_make_it_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (first, second) = (folder.join("first.nupkg"), folder.join("second.nupkg"));
        let date = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        for path in [&first, &second] {
            let files = vec![
                Entry::file("lib/a.dll", "code"),
                Entry::file("LICENSE", "text"),
            ];
            write(path, &specification(), files, date).unwrap();
        }
        assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());

        let mut archive = zip::ZipArchive::new(fs::File::open(&first).unwrap()).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            archive
                .by_name(name)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
                .read_to_string(&mut text)
                .unwrap();
            text
        };
        let rels = part("_rels/.rels");
        assert!(rels.contains("Target=\"/Some.Package.nuspec\""), "{rels}");
        let core = rels
            .split('"')
            .find(|text| text.ends_with(".psmdcp"))
            .unwrap();
        assert!(part(&core[1..]).contains("<dc:identifier>Some.Package</dc:identifier>"));
        let types = part("[Content_Types].xml");
        for one in [
            "Extension=\"dll\"",
            "Extension=\"nuspec\"",
            "Extension=\"psmdcp\"",
            "Extension=\"rels\"",
            "PartName=\"/LICENSE\"",
        ] {
            assert!(types.contains(one), "{one} in {types}");
        }
        let nuspec = part("Some.Package.nuspec");
        for one in [
            "<authors>us &amp; them</authors>",
            "<license type=\"expression\">MIT</license>",
            "<licenseUrl>https://licenses.nuget.org/MIT</licenseUrl>",
            "<tags>one two</tags>",
            "<releaseNotes>&lt;new&gt;</releaseNotes>",
            "<group targetFramework=\".NETStandard2.0\"/>",
        ] {
            assert!(nuspec.contains(one), "{one} in {nuspec}");
        }
        assert!(!nuspec.contains("projectUrl") && !nuspec.contains("packageTypes"));
    }

    #[test]
    fn symbols_are_a_type_of_their_own() {
        let symbols = Specification {
            is_symbols: true,
            project: Some("https://a.example".to_owned()),
            ..specification()
        };
        let nuspec = String::from_utf8(symbols.nuspec().unwrap()).unwrap();
        assert!(
            nuspec.contains("<packageType name=\"SymbolsPackage\"/>"),
            "{nuspec}"
        );
        assert!(
            nuspec.contains("<projectUrl>https://a.example</projectUrl>"),
            "{nuspec}"
        );
        assert!(!nuspec.contains("license"), "{nuspec}");
    }
}
