//! Which files need not be parsed: objects of Flux and of Argo CD that install something else, of which a repository has hundreds.
//!
//! Takes a text, its path, and whether anything worth keeping stands below a folder; says whether it certainly leads to no
//! Milvus. In doubt it does not, and the file is parsed like every other.

/// Whether nothing in a file leads to a Milvus, whatever the other files hold.
pub(super) fn leads_nowhere(text: &str, path: &str, is_there: &dyn Fn(&str) -> bool) -> bool {
    if !text.contains("\nkind:") && !text.starts_with("kind:")
        || ["ilvus", "ILVUS"].iter().any(|word| text.contains(word))
    {
        return false;
    }
    is_of_other_charts(text) || is_of_argo(text) && !installs(text, path, is_there)
}

/// Whether a file holds nothing but HelmReleases of other charts: whole ones that name their source, in none of which the
/// word stands. No patch makes them anything else.
fn is_of_other_charts(text: &str) -> bool {
    let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:")).peekable();
    kinds.peek().is_some()
        && kinds.all(|kind| kind.trim() == "HelmRelease")
        && ["sourceRef:", " chart:"].iter().all(|word| text.contains(word))
        && !["${", "{{"].iter().any(|word| text.contains(word))
}

/// Whether every document of a file is a whole Application, or a set of them. A patch of one says a part of it, and may be of
/// one that installs Milvus.
fn is_of_argo(text: &str) -> bool {
    let mut this = Whole::default();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("---") {
            if !this.suits() || !rest.trim().is_empty() {
                return false;
            }
            this = Whole::default();
            continue;
        }
        match line.split_once(':') {
            Some(("kind", kind)) if !["Application", "ApplicationSet"].contains(&kind.trim()) => return false,
            Some(("kind", _)) => this.kind = true,
            Some(("apiVersion", group)) => this.group = group.trim().starts_with("argoproj.io/"),
            Some((key, _)) => match key.trim_matches([' ', '-']) {
                "repoURL" => this.repository = true,
                "chart" | "path" => this.source = true,
                _ => {}
            },
            None => {}
        }
        this.any |= !line.trim().is_empty() && !line.starts_with('#');
    }
    this.suits()
}

/// What a document of Argo CD's says so far.
#[derive(Default)]
struct Whole {
    any: bool,
    kind: bool,
    group: bool,
    repository: bool,
    source: bool,
}

impl Whole {
    fn suits(&self) -> bool {
        !self.any || self.kind && self.group && self.repository && self.source
    }
}

/// Whether an Application may install a folder of this repository, or a chart whose name is filled in.
fn installs(text: &str, own: &str, is_there: &dyn Fn(&str) -> bool) -> bool {
    let chart_is_open = |line: &str| {
        ["chart:", "repoURL:"].iter().any(|key| match line.split_once(key) {
            Some((_, value)) => is_unread(value) || value.contains("{{"),
            None => false,
        })
    };
    if text.lines().any(chart_is_open)
        || ["chart\"", "chart'", "repoURL\"", "repoURL'"].iter().any(|key| text.contains(key))
    {
        return true;
    }
    let roots = || std::iter::once("").chain(own.match_indices('/').map(|(at, _)| &own[..at]));
    let stands = |path: &str| roots().any(|root| is_there(&format!("{root}/{path}")));
    // A path that a template prints comes from the paths that a generator looks for, unless it is told in other words.
    let told = || ["elements", "files", "values:"].iter().any(|word| text.contains(word));
    text.match_indices("path").filter(|(at, _)| is_key(text, *at)).any(|(at, word)| {
        let begin = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let rest = text[at + word.len()..].lines().next().unwrap_or_default();
        let (true, Some(value)) = (text[begin..at].trim_matches([' ', '-']).is_empty(), rest.strip_prefix(':')) else {
            return true;
        };
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        let open = value.find(['*', '?', '[', '{']);
        let fixed = open.map_or(value, |open| value[..open].rfind('/').map_or("", |end| &value[..end]));
        match open {
            _ if is_unread(value) => true,
            Some(_) if fixed.is_empty() => !value.starts_with("{{") || told(),
            Some(_) if value.contains("{{") => told() && stands(fixed),
            _ => stands(fixed),
        }
    })
}

/// Whether a word is a key, and not a part of another word or of a template.
fn is_key(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + "path".len()..].trim_start_matches([' ', '"', '\'']);
    after.starts_with(':')
        && !before.is_some_and(|before| before.is_alphanumeric() || ['_', '-', '.', '/'].contains(&before))
}

/// Whether a value stands elsewhere, or on more than this line.
fn is_unread(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or(value).trim();
    value.is_empty() || value.starts_with(['*', '&', '!', '|', '>']) || value.contains("${")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_other_charts_are_not_parsed() {
        let nowhere = |text: &str| leads_nowhere(text, "a.yaml", &|_| false);
        let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: redis\n      sourceRef: {kind: HelmRepository, name: a}\n";
        assert!(nowhere(release));
        for other in [
            release.replace("redis", "milvus"),
            release.replace("redis", "${CHART}"),
            release.replace("sourceRef", "source"),
            format!("{release}---\nkind: HelmRepository\nmetadata: {{name: a}}\n"),
            "a: 1\n".to_string(),
        ] {
            assert!(!nowhere(&other), "{other}");
        }
    }

    #[test]
    fn applications_of_other_charts_and_folders_are_not_parsed() {
        let is_there = |path: &str| ["/teams/a", "/clusters/teams/a", "/teams", "/"].contains(&path);
        let nowhere = |text: &str| leads_nowhere(text, "clusters/app.yaml", &is_there);
        let of = |source: &str| {
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://a.example\n{source}"
            )
        };
        let chart = of("    chart: redis\n");
        assert!(nowhere(&chart));
        assert!(nowhere(&format!("---\n{chart}---\n{chart}")));
        assert!(nowhere(&of("    path: other/folder\n")));
        assert!(nowhere(&of("    path: 'other/{{name}}'\n")));
        let set = of("    path: '{{path}}'\n").replace("Application\n", "ApplicationSet\n");
        assert!(nowhere(&format!("{set}  generators:\n  - git:\n      directories:\n      - path: other/*\n")));
        for text in [
            of("    chart: milvus\n"),
            of("    chart: '{{chart}}'\n"),
            of("    chart:\n      redis\n"),
            of("    path: teams/a\n"),
            of("    path: &here other\n"),
            of("    path: .\n").replace("path: .", "path: \"\""),
            format!("{set}  generators:\n  - git:\n      directories:\n      - path: teams/*\n"),
            format!("{set}  generators:\n  - git:\n      directories:\n      - {{path: other/*}}\n"),
            format!("{set}  generators:\n  - list:\n      elements:\n      - at: teams/a\n"),
            format!("{chart}---\ncluster:\n  enabled: true\n"),
            chart.replace("argoproj.io", "app.k8s.io"),
            chart.replace("kind: Application", "kind: Deployment"),
            // A patch.
            chart.replace("    chart: redis\n", "    targetRevision: 1.2.3\n"),
            of("    chart: redis\n").replace("    repoURL: https://a.example\n", ""),
        ] {
            assert!(!nowhere(&text), "{text}");
        }
    }
}
