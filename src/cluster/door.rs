//! The way in for callers that do not wait: each function runs to its end, or to the timeout of what it asks.
//!
//! Takes options; gives what the async parts give. Nothing else of the program knows that anything here waits.

use super::connect::{Cluster, Options, block_on};
use super::failure::{Failure, Kind};
use super::read::{read, read_more};
use super::seen::{Asked, Seen};
use serde_json::Value;

/// Looks at a cluster; `asked` is told the namespace of what names none. `closely`: also at what owns the resources.
pub fn look(options: &Options, asked: impl FnOnce(&str) -> Asked, closely: bool) -> Result<(Seen, String), Failure> {
    block_on(async {
        let cluster = Cluster::connect(options).await?;
        let mut seen = read(&cluster, &asked(&cluster.namespace)).await?;
        if closely {
            read_more(&cluster, &mut seen).await?;
        }
        Ok((seen, cluster.namespace))
    })
}

/// An Argo CD Application.
pub fn application_of(options: &Options, name: &str) -> Result<Value, Failure> {
    block_on(async {
        let cluster = Cluster::connect(options).await?;
        let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{}/applications", cluster.namespace);
        let said = cluster.get(&path, name).await;
        said.map_err(|Failure { kind, why }| {
            Failure::new(kind, format!("the Application {name} cannot be read: {why}"))
        })
    })
}

/// Writes an Event about each of these Milvus (`namespace/name`).
pub fn tell(options: &Options, about: &[String], denied: bool, text: &str) -> Result<(), Failure> {
    block_on(async {
        let cluster = Cluster::connect(options).await?;
        for id in about {
            let id = id.split_once('/').unwrap_or((cluster.namespace.as_str(), id.as_str()));
            super::event::tell(&cluster, id, denied, text).await?;
        }
        Ok(())
    })
}

/// Does something when the program is told to end. The first process of a container gets no default for SIGTERM, and would be
/// waited for in vain.
pub fn when_terminated(last: impl FnOnce() + Send + 'static) {
    #[cfg(unix)]
    std::thread::spawn(|| {
        let told = block_on(async {
            let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
            signal.map_err(|error| Failure::new(Kind::NoConfig, error.to_string()))?.recv().await;
            Ok(())
        });
        if told.is_ok() {
            last();
        }
    });
    #[cfg(not(unix))]
    drop(last);
}
