//! The policy about new MilvusUpgrades: what the migration tool takes, and what nobody fills in.

use super::cel::{self, quote};
use super::{Options, Policy, Validation, accepted, accepts, not_the_operator};
use crate::facts::{Facts, MigrationTool};

/// One policy, for as long as a migration tool is known.
pub(super) fn policies(facts: &Facts, options: &Options) -> Vec<Policy> {
    let Some(tool) = facts.migration_tool() else { return Vec::new() };
    vec![Policy {
        name: "milvus-migration-illegal",
        about: "Orders to migrate that stop a Milvus for good.",
        action: options.illegal,
        resource: "milvusupgrades",
        operation: "CREATE",
        conditions: vec![
            not_the_operator(options),
            // Going back has no target of its own.
            ("forward", "!has(object.spec.operation) || object.spec.operation != 'rollback'".to_string()),
        ],
        variables: variables(),
        validations: validations(facts, tool),
    }]
}

fn variables() -> Vec<(String, String)> {
    let field = |name: &str| format!("has(object.spec.{name}) ? object.spec.{name} : ''");
    let pattern = quote(cel::VERSION);
    let mut all = vec![accepted()];
    for (side, name) in [("from", "sourceVersion"), ("to", "targetVersion")] {
        all.push((name.to_string(), field(name)));
        let readable = format!("variables.{name}.matches({pattern}) ? variables.{name} : ''");
        all.push((format!("{side}Said"), readable));
        all.extend(cel::number(side, &format!("variables.{side}Said")));
        all.push(cel::line_of(side));
    }
    all.push(("toolImage".to_string(), field("toolImage")));
    all.push(("targetImage".to_string(), field("targetImage")));
    let tag = "variables.targetImage.split('@')[0].find(':[^/:]+$').find('[0-9]+[.][0-9]+[.][0-9]+')";
    all.push(("targetTag".to_string(), tag.to_string()));
    all
}

fn validations(facts: &Facts, tool: &MigrationTool) -> Vec<Validation> {
    let mut all = vec![
        validation(
            "migration-version-malformed",
            "variables.fromSaid != '' && variables.toSaid != ''",
            "'the migration tool cannot read ' + variables.sourceVersion + ' and ' + variables.targetVersion + '; write x.y.z'",
        ),
        validation(
            "migration-source-unsupported",
            &format!("variables.from == 0 || {}", cel::within("from", &tool.from)),
            &format!(
                "'the migration tool converts ' + {} + ' only, not ' + variables.sourceVersion",
                quote(&tool.from_text)
            ),
        ),
        validation(
            "migration-target-unsupported",
            &format!("variables.to == 0 || {}", cel::within("to", &tool.to)),
            &format!(
                "'the migration tool cannot take Milvus to ' + variables.targetVersion + '; it writes the metadata of ' + {} + ' only, and Milvus would stay at 0 replicas'",
                quote(&tool.to_text)
            ),
        ),
        validation(
            "migration-image-missing",
            "variables.toolImage != '' && variables.targetImage != ''",
            "'toolImage and targetImage must both be written; nobody fills in what is missing'",
        ),
        validation(
            "migration-image-mismatch",
            "variables.targetTag == '' || variables.toCore == '' || variables.targetTag == variables.toCore.replace('v', '')",
            "'targetImage ' + variables.targetImage + ' is not Milvus ' + variables.targetVersion + ', to which the metadata is migrated'",
        ),
    ];
    // What is merely outdated works; an image that was never published does not.
    all.extend(facts.migration_tools.iter().filter(|row| row.state == "missing").map(|row| {
        let name = row.image.rsplit('/').next().unwrap_or(&row.image);
        validation(
            "migration-tool-unfit",
            &format!("!variables.toolImage.endsWith({})", quote(&format!("/{name}"))),
            &format!("variables.toolImage + {}", quote(&format!(" does not exist; take {}", tool.image))),
        )
    }));
    all
}

fn validation(rule: &str, holds: &str, message: &str) -> Validation {
    Validation {
        rule: rule.to_string(),
        expression: format!("{} ||\n{holds}", accepts(rule)),
        message: format!("{} + {message}", quote(&format!("{rule}: "))),
    }
}
