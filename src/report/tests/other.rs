//! The inventory, the diff and the pages on rules.

use super::*;
use crate::report::{diff, inventory, rules};
use serde_json::Value;

#[test]
fn inventory_for_people() {
    let mut stage = busy();
    assert_eq!(
        written(|w| inventory::table(&stage.context(), w)),
        r"NAMESPACE  NAME     VERSION         MODE        QUEUE                 DRIVEN BY                  NEXT    NEWEST           WHERE
vector     prod     2.5.10          cluster     pulsar (default)      operator 1.3.8             2.5.26  3.0.3 in 3 hops  apps/prod.yaml:1
vector     dev      2.6.15 (chart)  standalone  woodpecker (default)  chart 5.0.19               2.5.26  3.0.3 in 1 hop   apps/prod.yaml:2
–          –        unknown         cluster     pulsar (default)      operator                   –       –                apps/prod.yaml:1
vector     migrate  2.1.4 → 2.2.16  –           –                     migration, operator 1.3.8  –       –                apps/prod.yaml:1
3 Milvus, 1 MilvusUpgrade in 1 file · (default), (chart): not written, by whom with -v · unknown: why with -v
"
    );
    stage.style.verbosity = 1;
    let shown = written(|w| inventory::table(&stage.context(), w));
    let below = shown.split_once("\n\n").expect("reasons below the table").1;
    assert_eq!(
        below,
        r"vector/prod
  queue  pulsar (default)  operator 1.3.8's default

vector/dev
  version  2.6.15 (chart)        chart 5.0.19's appVersion
  queue    woodpecker (default)  chart 5.0.19's default

edge
  version   unknown           the image names a digest; write spec.com.version
  queue     pulsar (default)  operator 1.3.8's default
  operator  unknown           no operator chart is in this repository

3 Milvus, 1 MilvusUpgrade in 1 file
"
    );
    stage.outcome.deployments.clear();
    assert_eq!(written(|w| inventory::table(&stage.context(), w)), "found nothing: no Milvus in 412 files\n");
}

#[test]
fn inventory_for_programs() {
    let stage = busy();
    let lines = written(|w| inventory::jsonl(&stage.context(), w));
    assert_eq!(
        lines.lines().nth(1),
        Some(
            r#"{"file":"apps/prod.yaml","line":2,"container":"helm-values","name":"dev","namespace":"vector","image":"milvusdb/milvus:v2.5.10","version":null,"source_version":null,"target_version":null,"chart_version":"5.0.19","mode":"standalone","queue":null}"#
        )
    );
    assert_eq!(lines.lines().count(), 4);
    let all: Value = serde_json::from_str(&written(|w| inventory::json(&stage.context(), w))).expect("JSON");
    assert_eq!(all[0]["version"]["value"], "2.5.10");
}

#[test]
fn diff_value_by_value() {
    let mut stage = busy();
    assert_eq!(
        written(|w| diff::write(&stage.context(), w)),
        r"vector/prod (apps/prod.yaml)
  version  2.5.16 → 2.6.6
verdict  legal

edge (apps/prod.yaml)
  image    milvusdb/milvus:v2.5.10 → milvusdb/milvus@sha256:4f1c
  version  2.5.10 → unknown                                       unknown: the image names a digest
verdict  unknown: the image names a digest

vector/old (apps/prod.yaml, chart 4.2.58 → 5.0.19)
  version       2.1.4 → 2.6.6         not written: chart 5.0.19's default
  queue         rocksmq → woodpecker  not written: chart 5.0.19's default
  coordinators  separate → gone
verdict  illegal as it stands
the way  2.1.4 → 2.2.16 → 2.3.22 → 2.6.6  (3 hops)

vector/migrate (apps/prod.yaml)  migration
  version  2.1.4 → 2.2.16
verdict  conditional: the Milvus is down from start to end

vector/gone (apps/dev.yaml)  deleted
  version  2.4.0 → gone

vector/new (apps/prod.yaml)  created
  version  2.6.22
"
    );
    stage.outcome.transitions.drain(2..);
    stage.outcome.transitions.remove(0);
    assert_eq!(written(|w| diff::write(&stage.context(), w)), "no difference in 4 Milvus\n");
}

#[test]
fn rules_listed_and_explained() {
    let all = [
        ["downgrade", "error", "certain", "The version goes back"],
        ["unpinned", "warning", "likely", "No version is written"],
    ];
    let shown = written(|w| rules::list(&all, Style::default(), w));
    assert_eq!(
        shown,
        r"downgrade  error    certain  The version goes back
unpinned   warning  likely   No version is written
"
    );
    let page = "# Downgrade\n\nUse `helm` *now*.\n\n```yaml\na: 1 # no heading\n```\n## Why";
    assert_eq!(written(|w| rules::explain(page, Style::default(), w)), format!("{page}\n"));
    let colored = written(|w| rules::explain(page, Style { color: true, ..Style::default() }, w));
    let expected = "\u{1b}[1mDowngrade\u{1b}[0m\n\nUse \u{1b}[2mhelm\u{1b}[0m *now*.\n\n\u{1b}[2m```yaml\u{1b}[0m\n\
                    \u{1b}[2ma: 1 # no heading\u{1b}[0m\n\u{1b}[2m```\u{1b}[0m\n\u{1b}[1mWhy\u{1b}[0m\n";
    assert_eq!(colored, expected);
}
