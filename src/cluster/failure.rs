//! Why the API server did not do what it was asked to, in a sentence that somebody can act on.
//!
//! Takes the client's errors; gives a [`Failure`] with its kind. It never carries a text that the server answered with as
//! data, since that may be somebody's secret; only the server's own message about the request.

use kube::client::AuthError;
use std::error::Error as _;
use std::fmt;

/// What went wrong, as far as it makes a difference to what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No usable kubeconfig, no service account.
    NoConfig,
    /// Nobody answers there.
    Unreachable,
    /// The certificate of the other side is not trusted.
    Untrusted,
    /// It did not answer in time.
    Timeout,
    /// 401: the token or certificate is wrong or has expired.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404: the object, or the whole kind of object.
    NotFound,
    /// 409.
    Conflict,
    /// 410: a watch or a list must begin anew.
    Gone,
    /// 422, 400: the object was refused.
    Invalid,
    /// 429.
    Busy,
    /// Any other answer, by its code.
    Server(u16),
    /// An answer that is none of the API's.
    Answer,
}

/// A request that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    pub kind: Kind,
    /// One sentence without a full stop.
    pub why: String,
}

impl Failure {
    /// A failure of that kind.
    pub fn new(kind: Kind, why: impl Into<String>) -> Failure {
        Failure { kind, why: why.into() }
    }

    /// What a client's error says.
    pub fn of(error: &kube::Error) -> Failure {
        match error {
            kube::Error::Api(status) => {
                let said = match status.message.trim() {
                    "" => format!("the API server answered {} without a reason", status.code),
                    message => message.lines().next().unwrap_or(message).trim_end_matches('.').to_string(),
                };
                Failure::new(kind(status.code), said)
            }
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
                Failure::new(Kind::Answer, "the answer is none of a Kubernetes API")
            }
            // What a program for credentials has printed may be a credential.
            kube::Error::Auth(AuthError::AuthExecRun { cmd, out }) => {
                let why =
                    format!("the program for credentials `{cmd}` failed ({}); run it by hand to see why", out.status);
                Failure::new(Kind::Unauthorized, why)
            }
            kube::Error::Auth(AuthError::AuthExecParse(_) | AuthError::AuthExecSerialize(_)) => Failure::new(
                Kind::Unauthorized,
                "the program for credentials of the kubeconfig does not answer as it should",
            ),
            kube::Error::Auth(error) => {
                Failure::new(Kind::Unauthorized, format!("the credentials of the kubeconfig cannot be used: {error}"))
            }
            kube::Error::ProxyProtocolUnsupported { proxy_url } => {
                let scheme = proxy_url.scheme_str().unwrap_or("no scheme");
                Failure::new(
                    Kind::NoConfig,
                    format!("a proxy with {scheme} is not supported: http, https or socks5 is"),
                )
            }
            error => {
                let last = deepest(error);
                let kind = if last.contains("certificate") { Kind::Untrusted } else { Kind::Unreachable };
                Failure::new(kind, last)
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

fn kind(code: u16) -> Kind {
    match code {
        401 => Kind::Unauthorized,
        403 => Kind::Forbidden,
        404 => Kind::NotFound,
        409 => Kind::Conflict,
        410 => Kind::Gone,
        400 | 422 => Kind::Invalid,
        429 => Kind::Busy,
        408 | 504 => Kind::Timeout,
        code => Kind::Server(code),
    }
}

/// The cause at the bottom: those above it only repeat that something failed.
fn deepest(error: &kube::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    let mut next = error.source();
    while let Some(cause) = next {
        last = cause;
        next = cause.source();
    }
    last.to_string().trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::core::Status;

    #[test]
    fn an_answer_keeps_the_servers_words_and_an_empty_one_its_code() {
        let forbidden = Status::failure("milvuses.milvus.io is forbidden: no.\nmore", "Forbidden").with_code(403);
        let failure = Failure::of(&kube::Error::Api(forbidden.boxed()));
        assert_eq!((failure.kind, failure.why.as_str()), (Kind::Forbidden, "milvuses.milvus.io is forbidden: no"));
        let bare = Failure::of(&kube::Error::Api(Status::failure("", "").with_code(500).boxed()));
        assert_eq!(bare.kind, Kind::Server(500));
        assert_eq!(bare.why, "the API server answered 500 without a reason");
    }
}
