//! One write, tried or meant, as a request.
//!
//! Takes a [`Write`]; gives nothing, or why it was not done. Fields go by server-side apply, under a manager for each purpose: what a
//! manager does not repeat is taken away. Everything is validated strictly, and the schema is looked at first.

use super::super::apply::Fault;
use super::super::apply::run::{Field, Write, dotted};
use super::super::journal;
use super::super::rivals;
use super::super::schema::unknown_fields;
use super::super::settle::Trouble;
use super::fault::fault;
use super::{Actor, Failure, manager};
use kube::core::params::{Patch, PatchParams};
use kube::core::{Request, Status};
use serde_json::{Value, json};
use std::time::Duration;

/// How long an answer to a write may take: longer than the API server tries itself.
const TIMEOUT: Duration = Duration::from_secs(35);

/// Why a request was not answered with an object.
pub(super) enum Error {
    Api(Box<Status>),
    /// The connection could not be made: nothing was sent.
    Unsent(String),
    /// No answer, or none that can be read.
    Lost(String),
}

impl Actor {
    /// Writes something, or asks whether it would be taken.
    pub async fn send(&mut self, write: &Write, dry_run: bool) -> Result<(), Fault> {
        match write {
            Write::Fields { manager, fields } => self.apply(manager, fields, dry_run).await,
            Write::NoAnnotation { key } => {
                let patch = json!({"metadata": {"annotations": {key: null}}});
                let name = self.target.name.clone();
                self.patch("milvuses", &name, &Patch::Merge(&patch), "milvus-lint-annotations", dry_run).await
            }
            Write::NoField { pointer, was } => {
                let steps = json!([
                    {"op": "test", "path": pointer, "value": was},
                    {"op": "remove", "path": pointer},
                ]);
                let patch: Patch<()> =
                    Patch::Json(serde_json::from_value(steps).map_err(|error| broken(&error.to_string()))?);
                let name = self.target.name.clone();
                self.patch("milvuses", &name, &patch, "milvus-lint-images", dry_run).await
            }
            Write::Create { object } => self.create(object, dry_run).await,
            Write::Operation { upgrade, to } => {
                let patch = json!({"spec": {"operation": to}});
                self.patch("milvusupgrades", upgrade, &Patch::Merge(&patch), "milvus-lint-operation", dry_run).await
            }
        }
    }

    async fn apply(&mut self, manager: &str, fields: &[Field], dry_run: bool) -> Result<(), Fault> {
        let mut object = json!({
            "apiVersion": "milvus.io/v1beta1",
            "kind": "Milvus",
            "metadata": {"name": self.target.name, "namespace": self.target.namespace},
        });
        for field in fields {
            put(&mut object, &field.pointer, field.is.clone());
        }
        self.look_at_schema(&object).await?;
        let mut params = PatchParams::apply(manager).validation_strict();
        params.dry_run = dry_run;
        params.force = self.forced.contains(manager);
        let request = Request::new(self.path("milvuses")).patch(&self.target.name, &params, &Patch::Apply(&object));
        let request = request.map_err(|error| broken(&error.to_string()))?;
        let status = match self.ask(self.cluster.client.request(request)).await {
            Ok(_) => return Ok(()),
            Err(Error::Api(status)) => status,
            Err(error) => return Err(fault(error, "patch", "milvuses")),
        };
        let conflicts = conflicts(&status);
        if conflicts.is_empty() {
            // A dry run that ends in a fault without a reason would end so again; whether a write has arrived is looked at.
            let bare = status.code == 500 && (dry_run || status.message.contains("typed patch"));
            return Err(match bare {
                true => Fault::Refused(bare_fault(&status.message, fields)),
                false => fault(Error::Api(status), "patch", "milvuses"),
            });
        }
        let allowed =
            |(field, manager): &(String, String)| self.force.contains(field) || self.operators.contains(manager);
        if !params.force && conflicts.iter().all(allowed) {
            self.forced.insert(manager.to_string());
            return Err(Fault::Again { why: "a field is taken over".to_string(), after: 0 });
        }
        let closed: Vec<Trouble> =
            conflicts.iter().filter(|one| !allowed(one)).map(|(f, m)| rivals::conflict(f, m)).collect();
        let join =
            |text: fn(&Trouble) -> &String| closed.iter().map(|one| text(one).as_str()).collect::<Vec<_>>().join("; ");
        Err(Fault::Refused(Trouble::new(join(|one| &one.what), join(|one| &one.cure))))
    }

    async fn patch<P: serde::Serialize + std::fmt::Debug>(
        &mut self,
        plural: &str,
        name: &str,
        patch: &Patch<P>,
        manager: &str,
        dry_run: bool,
    ) -> Result<(), Fault> {
        let mut params =
            PatchParams { field_manager: Some(manager.to_string()), ..PatchParams::default() }.validation_strict();
        params.dry_run = dry_run;
        let request = Request::new(self.path(plural)).patch(name, &params, patch);
        let request = request.map_err(|error| broken(&error.to_string()))?;
        self.ask(self.cluster.client.request(request)).await.map(|_| ()).map_err(|error| fault(error, "patch", plural))
    }

    async fn create(&mut self, object: &Value, dry_run: bool) -> Result<(), Fault> {
        let plural = match object["kind"].as_str() {
            Some("MilvusUpgrade") => "milvusupgrades",
            _ => "persistentvolumeclaims",
        };
        if plural == "milvusupgrades" {
            self.look_at_schema(object).await?;
        }
        let body = serde_json::to_vec(object).expect("JSON can be written");
        let request = Request::new(self.path(plural)).create(&manager("milvus-lint", dry_run), body);
        let mut request = request.map_err(|error| broken(&error.to_string()))?;
        // The client has no word for it here, and a field that is dropped silently would be found out while Milvus is down.
        if let Ok(uri) = format!("{}&fieldValidation=Strict", request.uri()).parse() {
            *request.uri_mut() = uri;
        }
        match self.ask(self.cluster.client.request(request)).await {
            Ok(_) => Ok(()),
            // Whose it is shows when it is looked at.
            Err(Error::Api(status)) if status.is_already_exists() && !dry_run => {
                Err(Fault::Unsure { why: "it is there already".to_string() })
            }
            Err(Error::Api(status)) if status.is_already_exists() => Ok(()),
            Err(error) => Err(fault(error, "create", plural)),
        }
    }

    /// Asks the schema about the fields, where it can be read.
    async fn look_at_schema(&mut self, object: &Value) -> Result<(), Fault> {
        if self.schema.is_none() {
            self.schema = self.cluster.get("/openapi/v3/apis/milvus.io", "v1beta1").await.ok();
        }
        let unknown = self.schema.as_ref().and_then(|schema| unknown_fields(schema, object)).unwrap_or_default();
        if unknown.is_empty() {
            return Ok(());
        }
        let what = format!("the CRD that is installed does not have {}", unknown.join(", "));
        Err(Fault::Refused(Trouble::new(what, "upgrade the operator with its CRDs first")))
    }

    /// Waits for the answer to a write.
    pub(super) async fn ask(&self, answer: impl Future<Output = Result<Value, kube::Error>>) -> Result<Value, Error> {
        match tokio::time::timeout(TIMEOUT, answer).await {
            Err(_) => Err(Error::Lost(format!("no answer within {} seconds", TIMEOUT.as_secs()))),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(kube::Error::Api(status))) => Err(Error::Api(status)),
            Ok(Err(error)) => {
                let failure = Failure::of(&error);
                // Whoever refuses the connection has read nothing.
                let unsent = failure.why.contains("refused") || failure.why.contains("dns");
                Err(if unsent { Error::Unsent(failure.why) } else { Error::Lost(failure.why) })
            }
        }
    }

    /// The name of the journal, for whoever is told of it.
    pub fn journal_name(&self) -> String {
        journal::name(&self.target.name)
    }
}

/// Puts a value where a JSON pointer says, and makes what is above it.
fn put(object: &mut Value, pointer: &str, value: Value) {
    let mut at = object;
    for key in pointer.trim_start_matches('/').split('/') {
        at = &mut at[key.replace("~1", "/").replace("~0", "~")];
    }
    *at = value;
}

/// The fields that other managers hold, as the server names them, each with the manager.
fn conflicts(status: &Status) -> Vec<(String, String)> {
    let causes = status.details.as_ref().map(|details| details.causes.as_slice()).unwrap_or_default();
    let own = causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
    own.map(|cause| {
        let manager = cause.message.split('"').nth(1).unwrap_or(&cause.message).to_string();
        (cause.field.trim_start_matches('.').to_string(), manager)
    })
    .collect()
}

fn bare_fault(message: &str, fields: &[Field]) -> Trouble {
    let fields: Vec<String> = fields.iter().map(|field| dotted(&field.pointer)).collect();
    let said = if message.is_empty() { String::new() } else { format!(" ({message})") };
    Trouble::new(
        format!("the API server cannot take {}, and does not say why{said}", fields.join(", ")),
        "most often the installed CRD does not have such a field: upgrade the operator with its CRDs first",
    )
}

fn broken(why: &str) -> Fault {
    Fault::Refused(Trouble::new(format!("the request cannot be made: {why}"), "this is a fault of milvus-lint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_of_a_write_are_sent() {
        let mut object = json!({"kind": "Milvus"});
        put(&mut object, "/spec/components/image", json!("a"));
        put(&mut object, "/spec/components/mixCoord/replicas", json!(1));
        assert_eq!(object["spec"], json!({"components": {"image": "a", "mixCoord": {"replicas": 1}}}));
    }

    #[test]
    fn a_conflict_names_field_and_manager() {
        let status: Status = serde_json::from_value(json!({"code": 409, "reason": "Conflict", "details": {"causes": [{
            "reason": "FieldManagerConflict",
            "message": "conflict with \"kubectl-edit\" using milvus.io/v1beta1",
            "field": ".spec.components.image",
        }]}}))
        .unwrap();
        assert_eq!(conflicts(&status), [("spec.components.image".to_string(), "kubectl-edit".to_string())]);
    }
}
