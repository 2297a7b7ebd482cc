//! Image references and what their tags say of the version.

use super::Version;

/// An image reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The whole reference as written.
    pub text: String,
    /// Registry and repository.
    pub repository: String,
    pub tag: Tag,
    pub digest: Option<String>,
}

/// What a tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A release, or a build of it.
    Release(Version),
    /// A release that holds only while a variable keeps its default, such as `${TAG:-v2.4.1}`; the variable is named.
    Assumed(Version, String),
    /// Two numbers and perhaps a suffix: a moving tag or a nightly build of a minor line.
    Line { major: u64, minor: u64, suffix: Option<String> },
    /// A build from a branch or a pull request: `master-20240812-71a1562`.
    Branch,
    /// A tag that moves: `latest`, `nightly`.
    Floating,
    /// A variable that nothing here resolves; it is named.
    Variable(String),
    /// A place that somebody was meant to fill in.
    Placeholder,
    /// A digest and no tag.
    Digest,
    /// Neither tag nor digest.
    Missing,
    /// Anything else.
    Other,
}

impl Image {
    /// Takes a reference apart. The tag is what follows the last `:` if no `/` comes after it, so that the port of
    /// `registry:5000/milvus` is no tag; a digest is cut off before.
    pub fn parse(text: &str) -> Image {
        let text = text.trim();
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_string())),
            None => (text, None),
        };
        let (repository, tag) = match split_tag(name) {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (name, None),
        };
        let tag = match tag {
            Some(tag) => Tag::parse(tag),
            None if digest.is_some() => Tag::Digest,
            None => variable(name).map_or(Tag::Missing, |variable| variable_tag(name, variable)),
        };
        Image { text: text.to_string(), repository: repository.to_string(), tag, digest }
    }

    /// The version that the tag names, assumed or not.
    pub fn version(&self) -> Option<&Version> {
        self.tag.version()
    }

    /// The tag as written; empty when there is none.
    pub fn tag_text(&self) -> &str {
        let name = self.text.split('@').next().unwrap_or("");
        name.strip_prefix(self.repository.as_str()).unwrap_or("").trim_start_matches(':')
    }

    /// Whether the tag has two numbers and a suffix, such as `v3.0-beta`: the operator cannot read it.
    pub fn is_two_part_with_suffix(&self) -> bool {
        let tag = self.tag_text();
        tag.split_once('-').is_some_and(|(numbers, _)| numbers.matches('.').count() == 1)
            && tag.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
    }

    /// Whether the last part of the repository is a Milvus server's: `milvus` itself, not `milvus-operator` or `attu`.
    pub fn is_milvus(&self) -> bool {
        let last = self.repository.rsplit('/').next().unwrap_or("");
        last == "milvus" || matches!(last, "milvus-gpu" | "milvus-cpu" | "milvus-standalone")
    }
}

/// Splits at the last `:` outside `${…}` and `{{…}}` that no `/` follows.
fn split_tag(name: &str) -> Option<(&str, &str)> {
    let mut depth = 0i32;
    let mut at = None;
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b':' if depth <= 0 => at = Some(index),
            b'/' if depth <= 0 => at = None,
            _ => {}
        }
    }
    at.map(|at| (&name[..at], &name[at + 1..]))
}

impl Tag {
    /// Reads a tag.
    pub fn parse(text: &str) -> Tag {
        let text = text.trim();
        if text.is_empty() {
            return Tag::Missing;
        }
        if let Some(variable) = variable(text) {
            return variable_tag(text, variable);
        }
        if text.starts_with('<') || matches!(text, "PLACEHOLDER" | "CHANGEME" | "CHANGE_ME" | "TODO" | "xxx" | "x.y.z")
        {
            return Tag::Placeholder;
        }
        if let Some(version) = Version::parse(text) {
            return Tag::Release(version);
        }
        if let Some(tag) = two_part(text) {
            return tag;
        }
        match text {
            "latest" | "nightly" | "stable" | "edge" | "dev" => Tag::Floating,
            _ if text.starts_with("master") || text.starts_with("PR-") || text.starts_with("nightly-") => Tag::Branch,
            _ => Tag::Other,
        }
    }

    /// The version that the tag names, assumed or not.
    pub fn version(&self) -> Option<&Version> {
        match self {
            Tag::Release(version) | Tag::Assumed(version, _) => Some(version),
            _ => None,
        }
    }
}

/// `2.6`, `2.6-20250724-043e3332-amd64`, `v2.6-latest`; a real pre-release such as `3.0-beta` is `3.0.0-beta`.
fn two_part(text: &str) -> Option<Tag> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    let (numbers, suffix) = match plain.split_once('-') {
        Some((numbers, suffix)) => (numbers, Some(suffix)),
        None => (plain, None),
    };
    let (major, minor) = numbers.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(major) || !digits(minor) {
        return None;
    }
    let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
    if let Some(suffix) = suffix {
        let full = Version::parse(&format!("{major}.{minor}.0-{suffix}"))?;
        if full.is_prerelease() {
            return Some(Tag::Release(full));
        }
    }
    Some(Tag::Line { major, minor, suffix: suffix.map(str::to_string) })
}

/// The name of the first variable in a text: `${NAME…}`, `$NAME`, `$(NAME)`, `{{ … }}`.
fn variable(text: &str) -> Option<String> {
    if let Some(at) = text.find("{{") {
        let rest = &text[at..];
        let end = rest.find("}}").map_or(rest.len(), |end| end + 2);
        return Some(rest[..end].to_string());
    }
    let at = text.find('$')?;
    let name: String = text[at + 1..]
        .trim_start_matches(['{', '('])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// `${TAG:-v2.4.1}`, `${tag:=v2.4.1}` and `{{ .tag | default "v2.4.1" }}` say what holds unless somebody says otherwise.
fn variable_tag(text: &str, variable: String) -> Tag {
    let default = if text.starts_with("{{") {
        text.split_once("default").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1))
    } else {
        text.strip_prefix("${").and_then(|inner| inner.strip_suffix('}')).and_then(|inner| {
            let at = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
            Some(inner[at..].trim_start_matches([':', '-', '=']))
        })
    };
    let version = default.and_then(|default| match Image::parse(default) {
        Image { tag: Tag::Release(version), .. } => Some(version),
        _ => Version::parse(default),
    });
    match version {
        Some(version) => Tag::Assumed(version, variable),
        None => Tag::Variable(variable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Tag {
        Image::parse(text).tag
    }

    #[test]
    fn a_port_is_no_tag_and_a_digest_is_no_version() {
        assert_eq!(tag("registry:5000/milvus"), Tag::Missing);
        assert_eq!(tag("registry:5000/milvus:v2.4.1"), Tag::Release(Version::new(2, 4, 1)));
        assert_eq!(tag("milvusdb/milvus@sha256:4f1c"), Tag::Digest);
        assert_eq!(tag("milvusdb/milvus:v2.4.1@sha256:4f1c"), Tag::Release(Version::new(2, 4, 1)));
    }

    #[test]
    fn two_parts_are_a_line_not_a_release() {
        assert_eq!(tag("m:2.10"), Tag::Line { major: 2, minor: 10, suffix: None });
        assert!(matches!(tag("m:2.6-20250724-043e3332-amd64"), Tag::Line { major: 2, minor: 6, suffix: Some(_) }));
        assert_eq!(tag("m:v3.0-beta").version().unwrap().to_string(), "3.0.0-beta");
    }

    #[test]
    fn variables_say_their_default_or_nothing() {
        assert!(
            matches!(tag("m:${TAG:-v2.4.1}"), Tag::Assumed(v, name) if v == Version::new(2, 4, 1) && name == "TAG")
        );
        assert!(matches!(tag("${IMAGE:-milvusdb/milvus:v2.5.4}"), Tag::Assumed(v, _) if v == Version::new(2, 5, 4)));
        assert!(matches!(tag("m:${TAG}"), Tag::Variable(name) if name == "TAG"));
        assert!(matches!(tag("m:{{ .Values.tag }}"), Tag::Variable(_)));
    }

    #[test]
    fn the_rest_is_named_for_what_it_is() {
        assert_eq!(tag("m:latest"), Tag::Floating);
        assert_eq!(tag("m:master-latest"), Tag::Branch);
        assert_eq!(tag("m:<some-older-version>"), Tag::Placeholder);
        assert_eq!(tag("m:V2.6.1"), Tag::Other);
        assert_eq!(tag("m:2.6.x"), Tag::Other);
        assert!(Image::parse("zilliz/milvus").is_milvus() && !Image::parse("milvusdb/milvus-operator:v1").is_milvus());
    }
}
