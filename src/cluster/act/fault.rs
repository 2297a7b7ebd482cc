//! What a request that failed means for the machine: may it be tried again, may it have been carried out, is it refused.

use super::super::apply::Fault;
use super::super::failure::{Failure, Kind};
use super::super::settle::Trouble;
use super::send::Error;

/// A write that failed.
pub(super) fn fault(error: Error, verb: &str, plural: &str) -> Fault {
    let status = match error {
        Error::Unsent(why) => return Fault::Again { why, after: 2 },
        Error::Lost(why) => return Fault::Unsure { why },
        Error::Api(status) => status,
    };
    let said = if status.message.is_empty() { format!("error {}", status.code) } else { status.message.clone() };
    let after = status.details.as_ref().map_or(0, |details| u64::from(details.retry_after_seconds));
    match status.code {
        401 => {
            Fault::Again { why: format!("the credentials are not accepted any more ({said}); log in again"), after: 5 }
        }
        403 => Fault::Refused(may_not(verb, plural, &said)),
        409 => Fault::Again { why: said, after: 1 },
        404 | 410 => Fault::Unsure { why: said },
        400 | 422 => Fault::Refused(Trouble::new(
            format!("the API server refuses it: {said}"),
            "the message says which field it is",
        )),
        429 => Fault::Again { why: said, after: after.max(1) },
        _ => Fault::Unsure { why: said },
    }
}

/// A look that failed: nothing was written, so it may always be tried again, unless it is not allowed.
pub(super) fn lost(failure: Failure, verb: &str, plural: &str) -> Fault {
    match failure.kind {
        Kind::Forbidden => Fault::Refused(may_not(verb, plural, &failure.why)),
        Kind::Unauthorized => Fault::Again {
            why: format!("the credentials are not accepted any more ({}); log in again", failure.why),
            after: 5,
        },
        _ => Fault::Again { why: failure.why, after: 2 },
    }
}

fn may_not(verb: &str, plural: &str, said: &str) -> Trouble {
    let group = match plural {
        "milvuses" | "milvusupgrades" => "milvus.io",
        "deployments" => "apps",
        "leases" => "coordination.k8s.io",
        _ => "",
    };
    let what = format!("these credentials may not {verb} {plural}: {said}");
    Trouble::new(what, format!("a Role needs: apiGroups [\"{group}\"], resources [{plural}], verbs [{verb}]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::core::Status;
    use serde_json::json;

    fn of(status: serde_json::Value) -> Fault {
        let status: Status = serde_json::from_value(status).unwrap();
        fault(Error::Api(Box::new(status)), "patch", "milvuses")
    }

    #[test]
    fn each_answer_has_one_meaning() {
        let busy = of(json!({"code": 429, "message": "too many", "details": {"retryAfterSeconds": 7}}));
        assert_eq!(busy, Fault::Again { why: "too many".into(), after: 7 });
        assert!(matches!(of(json!({"code": 403, "message": "no"})), Fault::Refused(_)));
        assert!(matches!(of(json!({"code": 422, "message": "no"})), Fault::Refused(_)));
        assert!(matches!(of(json!({"code": 500})), Fault::Unsure { .. }));
        assert!(matches!(of(json!({"code": 504})), Fault::Unsure { .. }));
        assert!(matches!(fault(Error::Unsent("refused".into()), "patch", "milvuses"), Fault::Again { .. }));
    }
}
