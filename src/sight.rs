//! Makes of "was not seen before" what is known of it, where the base is a cluster.
//!
//! Takes the transitions, what runs, and how the cluster was looked at; gives those that the repository decides about, and what
//! must be known before anything can be said of the others. It reads nothing.

use crate::model::{Deployment, Dialect, Identity, Running, Sight, Transition};
use crate::source::Span;

/// What could not be judged, and why.
pub(crate) struct Hidden {
    pub at: Span,
    pub why: String,
}

/// What runs of each Milvus of the base, for those of the head that do not differ from it.
pub(crate) fn running(base: &[Deployment]) -> Vec<(Identity, Running)> {
    base.iter().filter_map(|one| Some((one.id.clone(), one.ground.running.clone()?))).collect()
}

/// Names what has no name, where the user said which one it is.
pub(crate) fn name(head: &mut [Deployment], sight: &Sight) {
    let mut nameless = head.iter_mut().filter(|one| one.id.name.is_none());
    let (Some(name), Some(one), None) = (&sight.name, nameless.next(), nameless.next()) else { return };
    one.id.name = Some(name.clone());
    one.id.namespace.get_or_insert_with(|| sight.namespace.clone());
}

/// The transitions that these texts decide about. A Milvus that runs and is not among them belongs to somebody else.
pub(crate) fn settle(
    transitions: Vec<Transition>,
    running: &[(Identity, Running)],
    sight: &Sight,
) -> (Vec<Transition>, Vec<Hidden>) {
    let gone = |transition: &Transition| match transition {
        Transition::Deleted(gone) => Some((gone.id.clone(), gone.dialect)),
        _ => None,
    };
    let others: Vec<(Identity, Dialect)> = transitions.iter().filter_map(gone).collect();
    let mut hidden = Vec::new();
    let mut settled = Vec::new();
    for transition in transitions {
        match transition {
            Transition::Deleted(_) | Transition::Withdrawn { .. } => {}
            Transition::Created(head) => match why_unsure(&head, &others, sight) {
                Some(why) => {
                    hidden.push(Hidden { at: head.at, why });
                    settled.push(Transition::Unchanged(head));
                }
                None => settled.push(Transition::Created(head)),
            },
            Transition::Changed { mut base, head, migration } => {
                // Where all pods run something else than what is asked for, that is what the change begins with.
                let runs = base.ground.running.as_ref().and_then(Running::version);
                if let Some(runs) = runs.filter(|runs| base.version.value() != runs.value()) {
                    base.version = runs;
                }
                settled.push(Transition::Changed { base, head, migration });
            }
            Transition::Unchanged(head) => settled.push(Transition::Unchanged(with(head, running))),
            Transition::Adjusted { base, head } => {
                settled.push(Transition::Adjusted { base, head: Box::new(with(*head, running)) });
            }
            other => settled.push(other),
        }
    }
    (settled, hidden)
}

/// The same Milvus with what runs of it.
fn with(mut head: Deployment, running: &[(Identity, Running)]) -> Deployment {
    let open = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    let is_it = |id: &Identity| id.name == head.id.name && open(&id.namespace, &head.id.namespace);
    head.ground.running = running.iter().find(|(id, _)| is_it(id)).map(|(_, running)| running.clone());
    head
}

/// Why it is not certain that a Milvus which was not found is not there.
fn why_unsure(head: &Deployment, others: &[(Identity, Dialect)], sight: &Sight) -> Option<String> {
    if let Some(unseen) = sight.hides(&head.id, head.dialect) {
        let asked = unseen.asked();
        return Some(format!("whether {} runs already is not known: `{asked}` was refused ({})", head.id, unseen.why));
    }
    let namespace = head.id.namespace.as_deref().unwrap_or(&sight.namespace);
    let near = others.iter().filter(|(id, _)| id.namespace.as_deref() == Some(namespace));
    let names: Vec<String> = near.map(|(id, _)| id.to_string()).collect();
    (head.id.name.is_none() && !names.is_empty()).then(|| {
        let ask = "say it with `release:` in .milvus-lint.yaml or --name";
        format!("nothing says which of the running Milvus this is ({}): {ask}", names.join(", "))
    })
}
