//! Connects to a cluster the way kubectl does.
//!
//! Takes the options that kubectl has; gives a client that has reached the API server once, the namespace that counts when none
//! is named, and the version of Kubernetes. It does not know what is asked of the server afterwards.

use super::failure::{Failure, Kind};
use crate::model::Version;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::core::Request;
use kube::core::params::{GetParams, ListParams};
use kube::{Client, Config};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How many objects are asked for at once; kubectl's number.
const PAGE: u32 = 500;

/// How to reach the cluster, in kubectl's words.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--kubeconfig`; else `KUBECONFIG`, `~/.kube/config`, the service account of the pod.
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    /// `--as` and `--as-group`.
    pub user: Option<String>,
    pub groups: Vec<String>,
    pub namespace: Option<String>,
    /// How long one answer may take; [`Options::TIMEOUT`] when not set.
    pub timeout: Option<Duration>,
}

impl Options {
    /// Long enough for a slow list over a VPN, short enough for a job that a sync waits for.
    pub const TIMEOUT: Duration = Duration::from_secs(10);
}

/// A cluster that has answered.
#[derive(Clone)]
pub struct Cluster {
    pub client: Client,
    /// The namespace that counts when none is named.
    pub namespace: String,
    /// The context, or `in-cluster`.
    pub name: String,
    /// The API server's address, without credentials.
    pub server: String,
    /// Kubernetes, where the server told its version.
    pub kubernetes: Option<Version>,
    timeout: Duration,
}

/// Runs what talks to a cluster. One thread is enough: nearly all of the time is waiting.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Kind::NoConfig, format!("no runtime can be started: {error}")))?;
    let result = runtime.block_on(work);
    // A name that is still being looked up must not keep the program from ending.
    runtime.shutdown_background();
    result
}

impl Cluster {
    /// Reads the configuration, and asks the server for its version, so that every later failure is about what was asked.
    pub async fn connect(options: &Options) -> Result<Cluster, Failure> {
        let timeout = options.timeout.unwrap_or(Options::TIMEOUT);
        let (mut config, name) = configuration(options).await?;
        config.connect_timeout = Some(timeout);
        if let Some(user) = &options.user {
            config.auth_info.impersonate = Some(user.clone());
        }
        if !options.groups.is_empty() {
            config.auth_info.impersonate_groups = Some(options.groups.clone());
        }
        let namespace = options.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        let server = address(&config.cluster_url.to_string());
        let client = Client::try_from(config).map_err(|error| of_server(Failure::of(&error), &server))?;
        let mut cluster = Cluster { client, namespace, name, server, kubernetes: None, timeout };
        let said = cluster.within(cluster.client.apiserver_version()).await;
        match said {
            Ok(said) => cluster.kubernetes = release(&said.git_version),
            // Somebody may close this path to everyone; what matters will be asked for by name.
            Err(failure) if matches!(failure.kind, Kind::Forbidden | Kind::NotFound | Kind::Answer) => {}
            Err(failure) => return Err(of_server(failure, &cluster.server)),
        }
        Ok(cluster)
    }

    /// Waits for an answer, but not for ever.
    pub async fn within<T>(&self, answer: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Failure> {
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(answer) => answer.map_err(|error| Failure::of(&error)),
            Err(_) => {
                let why = format!("{} did not answer within {} s", self.server, self.timeout.as_secs_f32());
                Err(Failure::new(Kind::Timeout, why))
            }
        }
    }

    /// One object, as the server has it. `path` is that of its kind, such as `/api/v1/namespaces/a/pods`.
    pub async fn get(&self, path: &str, name: &str) -> Result<Value, Failure> {
        let request = Request::new(path).get(name, &GetParams::default()).map_err(|error| unasked(&error))?;
        self.within(self.client.request(request)).await
    }

    /// All objects of a kind, page by page.
    pub async fn list(&self, path: &str, select: &ListParams) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut page = select.clone().limit(PAGE);
        loop {
            let request = Request::new(path).list(&page).map_err(|error| unasked(&error))?;
            let mut answer: Value = self.within(self.client.request(request)).await?;
            if let Some(Value::Array(some)) = answer.get_mut("items").map(Value::take) {
                items.extend(some);
            }
            match answer["metadata"]["continue"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => page = page.continue_token(token),
                None => return Ok(items),
            }
        }
    }
}

/// The kubeconfig that was named, or that kubectl would take, or the pod's own service account.
async fn configuration(options: &Options) -> Result<(Config, String), Failure> {
    let asked = KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    let read = match &options.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let is_missing = |error: &KubeconfigError| match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    };
    let kubeconfig = match read {
        Ok(kubeconfig) => kubeconfig,
        // As kubectl: a file that was named must be there, any other gives way to the pod's account.
        Err(error) if is_missing(&error) && options.kubeconfig.is_none() && options.context.is_none() => {
            return in_cluster(&error);
        }
        Err(error) => return Err(no_config(&error, options)),
    };
    let name = options.context.clone().or_else(|| kubeconfig.current_context.clone()).unwrap_or_default();
    let known: Vec<String> = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    match Config::from_custom_kubeconfig(kubeconfig, &asked).await {
        Ok(config) => Ok((config, name)),
        Err(KubeconfigError::CurrentContextNotSet) if known.is_empty() && options.kubeconfig.is_none() => {
            in_cluster(&KubeconfigError::CurrentContextNotSet)
        }
        Err(KubeconfigError::CurrentContextNotSet) => {
            let list = known.join(", ");
            Err(Failure::new(
                Kind::NoConfig,
                format!("the kubeconfig has no current context: name one with --context ({list})"),
            ))
        }
        Err(KubeconfigError::LoadContext(context)) => {
            let list = if known.is_empty() { "none".to_string() } else { known.join(", ") };
            Err(Failure::new(Kind::NoConfig, format!("the kubeconfig has no context `{context}` (known: {list})")))
        }
        Err(error) => Err(no_config(&error, options)),
    }
}

fn in_cluster(kubeconfig: &KubeconfigError) -> Result<(Config, String), Failure> {
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_none() {
        let why = match kubeconfig {
            KubeconfigError::ReadConfig(_, path) => format!("there is no kubeconfig at {}", path.display()),
            _ => "there is no kubeconfig".to_string(),
        };
        let hint = "and this is no pod with a service account; name one with --kubeconfig or KUBECONFIG";
        return Err(Failure::new(Kind::NoConfig, format!("{why}, {hint}")));
    }
    match Config::incluster() {
        Ok(config) => Ok((config, "in-cluster".to_string())),
        Err(error) => {
            let hint = "does the pod have automountServiceAccountToken: true?";
            Err(Failure::new(Kind::NoConfig, format!("the pod's service account cannot be used: {error}; {hint}")))
        }
    }
}

fn no_config(error: &KubeconfigError, options: &Options) -> Failure {
    // The parser's message shows the text around the fault, which may be a token.
    let why = match (error, &options.kubeconfig) {
        (KubeconfigError::ReadConfig(error, path), _) => {
            format!("the kubeconfig {} cannot be read: {error}", path.display())
        }
        (KubeconfigError::Parse(_), Some(path)) => format!("the kubeconfig {} is no valid YAML", path.display()),
        (KubeconfigError::Parse(_), None) => "the kubeconfig is no valid YAML".to_string(),
        (error, _) => format!("the kubeconfig cannot be used: {error}"),
    };
    Failure::new(Kind::NoConfig, why)
}

/// Says where it happened, and what to look at.
fn of_server(failure: Failure, server: &str) -> Failure {
    let Failure { kind, why } = failure;
    let why = match kind {
        Kind::Unreachable => format!("{server} cannot be reached: {why}; is the context the right one?"),
        Kind::Untrusted => format!("{server} is not trusted: {why}; look at certificate-authority in the kubeconfig"),
        Kind::Unauthorized => format!("{server} does not accept the credentials: {why}; log in again"),
        _ => why,
    };
    Failure { kind, why }
}

fn unasked(error: &kube::core::request::Error) -> Failure {
    Failure::new(Kind::Invalid, format!("no such request can be made: {error}"))
}

/// An address without what may stand before its `@`.
fn address(url: &str) -> String {
    let plain = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_string(),
    };
    plain.trim_end_matches('/').to_string()
}

/// `v1.31.4-eks-2d5f260` is 1.31.4: what a distribution appends is none of a pre-release.
fn release(said: &str) -> Option<Version> {
    let digits = |c: char| !(c.is_ascii_digit() || c == '.');
    Version::parse(said.trim_start_matches('v').split(digits).next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KUBECONFIG: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
        clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1', insecure-skip-tls-verify: true}}]\n\
        users: [{name: u, user: {token: marked-token}}]\n\
        contexts: [{name: a, context: {cluster: c, user: u, namespace: vector}}]\n";

    fn with(text: &str, name: &str, context: Option<&str>) -> Result<Cluster, Failure> {
        let path = std::env::temp_dir().join(format!("milvus-lint-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let context = context.map(str::to_string);
        let options = Options { kubeconfig: Some(path.clone()), context, ..Options::default() };
        let result = block_on(Cluster::connect(&options));
        std::fs::remove_file(path).unwrap();
        result
    }

    #[test]
    fn what_cannot_be_reached_is_named_and_no_token_is() {
        let failure = with(KUBECONFIG, "unreachable", None).err().unwrap();
        assert_eq!(failure.kind, Kind::Unreachable);
        assert!(failure.why.starts_with("https://127.0.0.1:1 cannot be reached: "), "{failure}");
        assert!(!format!("{failure:?}").contains("marked"));
    }

    #[test]
    fn a_context_that_is_not_there_is_said_with_those_that_are() {
        let failure = with(KUBECONFIG, "context", Some("b")).err().unwrap();
        assert_eq!(failure.why, "the kubeconfig has no context `b` (known: a)");
    }

    #[test]
    fn a_broken_kubeconfig_is_named_and_not_quoted() {
        let failure = with("users: [{name: u, user: {token: marked\n", "broken", None).err().unwrap();
        assert!(failure.why.ends_with("is no valid YAML") && !format!("{failure:?}").contains("marked"), "{failure}");
    }

    #[test]
    fn versions_of_distributions_are_releases() {
        let version = |text| release(text).map(|version| version.to_string());
        assert_eq!(version("v1.31.4-eks-2d5f260").as_deref(), Some("1.31.4"));
        assert_eq!(version("v1.30.2+k3s1").as_deref(), Some("1.30.2"));
        assert_eq!(address("https://user:secret@host:6443/"), "https://host:6443");
    }
}
