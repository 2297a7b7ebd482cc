//! The comment for a pull request.

use super::conform::well_formed;
use super::hosts::full;
use super::*;

#[test]
fn a_comment_begins_with_the_verdict_and_holds_the_first_step() {
    let text = full().report(Format::Markdown);
    assert_eq!(
        text.split("<details>").next().unwrap(),
        "\
## ❌ milvus-lint: 1 error, 1 unknown

1 Milvus in 4 files read, 1 change against `origin/main`.

| Milvus | change | verdict | findings |
| --- | --- | --- | --- |
| vector/dev | 2.5.16 → 2.6.15 | illegal | 1 error |

The legal way of `vector/dev`:

```mermaid
flowchart LR
  v0[\"2.5.16\"]
  v1[\"2.5.27\"]
  v2[\"2.6.15\"]
  v0 --> v1
  v1 --> v2
  v0 -. not legal .-> v2
```

For `queue-default-changed`: keep the queue that holds the data, `apps/milvus/app.yaml` line 8

```suggestion
          enabled: false
        standalone:
          messageQueue: rocksmq
```

- **error** `queue-default-changed`: chart 5.0.19 moves this standalone from rocksmq to woodpecker; the data in rocksmq is left behind – `apps/milvus/app.yaml:4:21`
- **warning** `incomplete`: not judged: it is no UTF-8 text – `other.yaml`

"
    );
    assert!(
        text.ends_with("The same on your machine: `milvus-lint check --base origin/main`\n\n<!-- milvus-lint -->\n"),
        "{text}"
    );
}

#[test]
fn a_comment_has_an_end() {
    let mut stage = full();
    let at = stage.head("5.0.19");
    let long = "word ".repeat(400);
    stage.outcome.findings =
        (0..500).map(|n| signed(Finding::new(at, format!("{n} {long}")), "mode-changed")).collect();
    well_formed(&stage);
    let text = stage.report(Format::Markdown);
    assert!(text.contains("parts left out") && text.ends_with("<!-- milvus-lint -->\n"));
}
