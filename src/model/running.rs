//! What a cluster shows of a Milvus besides what it was told, and what of the cluster was not seen.
//!
//! Pods prove more than a status, and a status more than a `spec`: the first two say what runs, the last what somebody wants.

use super::{Deployment, Dialect, Field, Identity, Image, Version};
use crate::source::Span;

/// What runs of one Milvus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// The images of its pods.
    pub pods: Vec<Pods>,
    /// What its status calls the current image; asked only where no pod was seen.
    pub reported: Option<Field<Image>>,
    /// Why the last change has not been taken up yet, as its operator or Helm says.
    pub behind: Option<Field<String>>,
}

/// The pods that run one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    pub image: Image,
    pub count: usize,
    /// The components that they belong to.
    pub components: Vec<String>,
    /// The first of them.
    pub at: Span,
}

impl Running {
    /// The one version that all pods run; what the status says where there is none.
    pub fn version(&self) -> Option<Field<Version>> {
        let field = |at, image: &Image| Some(Field::written(at, image.version()?.clone()));
        match &self.pods[..] {
            [] => self.reported.as_ref().and_then(|image| field(image.at, image.value()?)),
            [first, rest @ ..] if rest.iter().all(|pods| is_same(&pods.image, &first.image)) => {
                field(first.at, &first.image)
            }
            _ => None,
        }
    }

    /// Why what runs is not what was asked for: where it shows, and in words.
    pub fn unsettled(&self, told: Option<&Image>) -> Option<(Span, String)> {
        let other = |pods: &&Pods| told.is_some_and(|told| !is_same(&pods.image, told));
        let all: usize = self.pods.iter().map(|pods| pods.count).sum();
        if let Some(old) = self.pods.iter().find(other) {
            let who = match &old.components[..] {
                [] => String::new(),
                components => format!(" ({})", components.join(", ")),
            };
            let what = match (old.count, all) {
                (_, 1) => format!("its one pod{who} runs"),
                (1, _) => format!("1 of {all} pods{who} runs"),
                (count, _) if count == all => format!("all {all} pods{who} run"),
                (count, _) => format!("{count} of {all} pods{who} run"),
            };
            return Some((old.at, format!("{what} {}", old.image.tag_text())));
        }
        let reported = self.reported.as_ref().filter(|_| self.pods.is_empty());
        let reported = reported.and_then(|field| Some((field.at, field.value()?)));
        if let Some((at, image)) = reported.filter(|(_, image)| told.is_some_and(|told| !is_same(image, told))) {
            return Some((at, format!("its status says that {} runs", image.tag_text())));
        }
        self.behind.as_ref().and_then(|behind| Some((behind.at, behind.value()?.clone())))
    }

    /// Makes a Milvus that is shown as it runs say what runs.
    pub fn tell(&self, milvus: &mut Deployment) {
        if let Some(version) = self.version() {
            if milvus.version.value() != version.value() {
                milvus.version = version;
            }
            return;
        }
        let Some((first, rest)) = self.pods.split_first() else { return };
        if let Some(other) = rest.iter().find(|pods| !is_same(&pods.image, &first.image)) {
            let images = format!("its pods run {} and {}", first.image.tag_text(), other.image.tag_text());
            milvus.version = Field::unknown(other.at, images);
        }
    }
}

/// Whether two images are the same build: a mirror has another name for it.
fn is_same(one: &Image, other: &Image) -> bool {
    match (one.version(), other.version()) {
        (Some(one), Some(other)) => one == other,
        _ => one.tag_text() == other.tag_text(),
    }
}

/// How a cluster was looked at.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// The cluster, as its user calls it.
    pub cluster: String,
    /// The namespace of what names none.
    pub namespace: String,
    /// The name of what has none.
    pub name: Option<String>,
    /// What was not seen.
    pub unseen: Vec<Unseen>,
}

/// A part of a cluster that was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Whose Milvus could be there; `None` when it says nothing of whether one runs.
    pub dialect: Option<Dialect>,
    /// `get` or `list`.
    pub verb: &'static str,
    /// `milvuses.milvus.io`, `secrets`.
    pub resource: String,
    /// `None` for all namespaces.
    pub namespace: Option<String>,
    /// `None` for all names.
    pub name: Option<String>,
    /// Why, in the server's words.
    pub why: String,
    /// What is not known for the lack of it.
    pub lacks: &'static str,
}

impl Unseen {
    /// What was asked for: `list pods in vector`.
    pub fn asked(&self) -> String {
        let name = self.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let place = self.namespace.as_ref().map_or(" in all namespaces".to_string(), |name| format!(" in {name}"));
        format!("{} {}{name}{place}", self.verb, self.resource)
    }
}

impl Sight {
    /// What would have to be seen to know that this Milvus does not run yet.
    pub fn hides(&self, id: &Identity, dialect: Dialect) -> Option<&Unseen> {
        let namespace = id.namespace.as_deref().unwrap_or(&self.namespace);
        let open = |own: &Option<String>, asked: Option<&str>| own.is_none() || own.as_deref() == asked;
        self.unseen.iter().find(|unseen| {
            let named = unseen.name.is_none() || id.name.is_none() || open(&unseen.name, id.name.as_deref());
            unseen.dialect == Some(dialect) && open(&unseen.namespace, Some(namespace)) && named
        })
    }
}
