//! What of a Milvus runs as a Deployment of its own, and how its pods are replaced.

use std::fmt;

/// One component that the chart or the operator makes a Deployment of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its role, in the word of the binary: `mixcoord`, `querynode`.
    pub component: String,
    /// `None` where it is not known.
    pub strategy: Option<Strategy>,
    /// The component that the operator brings to the new image before this one; `None` where nothing orders them.
    pub waits_for: Option<String>,
    /// Whether the Deployment is there and has no pods.
    pub idle: bool,
}

/// How the pods of a Deployment are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All pods end before a new one starts.
    Recreate,
    /// New pods start before the old ones end, within the limits that are set.
    Rolling { surge: Option<String>, unavailable: Option<String> },
    /// Nothing is said, so Kubernetes rolls within limits of its own.
    Unsaid,
}

impl Strategy {
    /// Every pod at once.
    pub fn all_at_once() -> Strategy {
        let all = || Some("100%".to_string());
        Strategy::Rolling { surge: all(), unavailable: all() }
    }

    /// Whether there is a time in which no pod serves.
    pub fn stops(&self) -> bool {
        *self == Strategy::Recreate || *self == Strategy::all_at_once()
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Recreate => write!(f, "recreate"),
            Strategy::Unsaid => write!(f, "rolling"),
            _ if *self == Strategy::all_at_once() => write!(f, "all at once"),
            Strategy::Rolling { surge, unavailable } => {
                write!(f, "rolling")?;
                if let Some(surge) = surge {
                    write!(f, " +{surge}")?;
                }
                unavailable.as_ref().map_or(Ok(()), |unavailable| write!(f, " -{unavailable}"))
            }
        }
    }
}
