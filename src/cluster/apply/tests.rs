//! The machine against a world that is slow, lies, loses answers, and is killed: thousands of orders of events, each told by a number.
//!
//! The world here is no operator. It does what the machine must be able to bear; that a real operator does it like this is tried elsewhere.

mod world;

use super::compile::{Compile, compile};
use super::run::{Hop, SCHEMA, Target, Write};
use super::*;
use crate::facts::Facts;
use crate::model::{CoordinatorLayout, Mode, Queue, Version};
use crate::plan::{self, Answer, Driver, Prefer, Situation};
use serde_json::Value;
use std::sync::LazyLock;
use world::{Chance, Luck, World};

fn pace() -> Pace {
    Pace { look: 1, settle: 4, behind: 400, pod: 120, pending: 180, patience: 600, limit: 1_000_000, lost: 100_000 }
}

/// A run over the hops of a plan on the world as it stands.
fn new_run(world: &World, to: &str) -> Run {
    static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::embedded().unwrap());
    let facts = &*FACTS;
    let (from, to) = (Version::parse(world.version()).unwrap(), Version::parse(to).unwrap());
    let separate = if world.has("rootCoord") { CoordinatorLayout::Separate } else { CoordinatorLayout::Mix };
    let now = Situation {
        name: Some("m".into()),
        namespace: Some("n".into()),
        mode: Some(Mode::Cluster),
        queue: Some(Queue::Pulsar),
        coordinators: Some(separate),
        driver: Some(Driver::Operator),
        operator: Version::parse("1.3.8"),
        ..Situation::of(from.clone())
    };
    let Answer::Plan(plan) = plan::plan(facts, &now, &to, Prefer::default()) else { panic!("no plan") };
    let seen = world.seen();
    let with = Compile { facts, seen: &seen, namespace: "n", name: "m", id: "r1" };
    let hops = compile(&plan, &with).unwrap();
    let target = Target { namespace: "n".into(), name: "m".into(), uid: "u".into() };
    let at = At { hop: 0, stage: 0, phase: Phase::Todo };
    let (from, to) = (from.to_string(), to.to_string());
    let state = State::Running;
    Run {
        schema: SCHEMA,
        id: "r1".into(),
        seq: 0,
        milvus: target,
        by: "t".into(),
        began: String::new(),
        from,
        to,
        state,
        hops,
        at,
        log: vec![],
        force: vec![],
        until: None,
    }
}

/// How a run went: how it ended, and how often the program was started.
struct Went {
    ending: Ending,
    starts: usize,
    run: Run,
}

/// Carries a run out in a world, with faults and kills as they come, until it ends in a way that is no accident.
fn carry_out(world: &mut World, first: Run, luck: Luck) -> Went {
    let mut journal: Option<String> = None;
    let mut starts = 0;
    'process: loop {
        starts += 1;
        assert!(starts < 3_000, "the run does not come to an end");
        let run = journal.as_ref().map_or_else(|| first.clone(), |text| serde_json::from_str(text).unwrap());
        let mut machine = Machine::new(run, pace());
        let (mut event, mut tried): (Event, Vec<Write>) = (Event::Begin, Vec::new());
        loop {
            let command = machine.step(event, world.now).unwrap();
            machine.notes();
            let chance = world.luck(luck);
            if matches!(chance, Chance::KilledBefore) && !matches!(command, Command::End(_)) {
                continue 'process;
            }
            if let Chance::Again = chance
                && !matches!(command, Command::End(_) | Command::Wait(_))
            {
                world.pass(1);
                event = Event::Fault(Fault::Again { why: "busy".into(), after: 1 });
                continue;
            }
            match &command {
                Command::Look => {}
                Command::Journal => journal = Some(serde_json::to_string(machine.run()).unwrap()),
                Command::DryRun(write) => tried.push(write.clone()),
                Command::Write(write) => {
                    let known: Run =
                        serde_json::from_str(journal.as_ref().expect("no write before the journal")).unwrap();
                    assert_eq!(
                        (known.at.hop, known.at.stage, known.at.phase),
                        (machine.run().at.hop, machine.run().at.stage, Phase::Intent)
                    );
                    assert!(tried.contains(write), "{write:?} was not tried");
                    world.write(write);
                }
                Command::Wait(seconds) => world.pass(*seconds),
                Command::End(ending) => {
                    let run = machine.run().clone();
                    return Went { ending: ending.clone(), starts, run };
                }
            }
            world.pass(1);
            event = match (chance, command) {
                (Chance::KilledAfter, _) => continue 'process,
                (Chance::Unsure, command) if !matches!(command, Command::Wait(_)) => {
                    Event::Fault(Fault::Unsure { why: "cut".into() })
                }
                (_, Command::Look) => Event::Looked(Box::new(world.seen())),
                _ => Event::Done,
            };
        }
    }
}

/// The images that a plan writes, in their order.
fn images(first: &str, hops: &[Hop]) -> Vec<String> {
    let mut images = vec![first.to_string()];
    for goal in hops.iter().flat_map(|hop| &hop.stages).map(|stage| &stage.goal) {
        if images.last() != Some(&goal.image) {
            images.push(goal.image.clone());
        }
    }
    images
}

#[test]
fn a_plain_run_goes_from_hop_to_hop() {
    let mut world = World::new("2.5.16", true, 1);
    let run = new_run(&world, "2.5.27");
    assert_eq!(run.hops.len(), 1);
    let went = carry_out(&mut world, run, Luck::NONE);
    assert_eq!(went.ending, Ending::Done);
    assert_eq!((went.starts, went.run.state), (1, State::Finished));
    assert_eq!(world.history, ["milvusdb/milvus:v2.5.16", "milvusdb/milvus:v2.5.27"]);
    let lines: Vec<&str> = went.run.log.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(
        lines,
        [
            "intent: image milvusdb/milvus:v2.5.27",
            "written for: image milvusdb/milvus:v2.5.27",
            "arrived: image milvusdb/milvus:v2.5.27",
            "finished",
        ]
    );
}

#[test]
fn whatever_happens_no_step_is_done_twice_and_the_end_is_the_planned_one() {
    let rounds: u64 = std::env::var("MILVUS_LINT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(90);
    let mut starts = 0;
    for seed in 1..=rounds {
        // Every third begins before the migration, every third has the four coordinators.
        let (from, mix, to) =
            [("2.1.4", false, "2.6.15"), ("2.4.15", false, "2.6.15"), ("2.3.10", true, "2.5.27")][(seed % 3) as usize];
        let mut world = World::new(from, mix, seed);
        let run = new_run(&world, to);
        assert!(run.hops.len() >= 2, "{from} → {to} has {} hops", run.hops.len());
        let planned = images(world.image(), &run.hops);
        let migrations = run.hops.iter().filter(|hop| hop.kind == "migration").count();
        let went = carry_out(&mut world, run, Luck::BAD);
        starts += went.starts;
        assert_eq!(went.ending, Ending::Done, "seed {seed}: {:?}", went.run.log);
        assert_eq!(world.history, planned, "seed {seed}");
        assert_eq!(world.made, migrations * 2, "seed {seed}: a claim and a MilvusUpgrade for each migration");
        assert!(world.is_at_rest(), "seed {seed}");
        assert!(!world.has("rootCoord") || to < "2.6", "seed {seed}: the four are gone");
        assert_ne!(world.milvus["spec"]["components"]["imageUpdateMode"], "all", "seed {seed}");
        assert!(world.together.is_empty(), "seed {seed}: {:?}", world.together);
    }
    assert!(starts > rounds as usize, "nothing was killed");
}

#[test]
fn a_migration_that_fails_leaves_the_old_release() {
    for seed in 1..=60 {
        let mut world = World::new("2.1.4", false, seed);
        world.migration_fails = true;
        let run = new_run(&world, "2.2.16");
        let went = carry_out(&mut world, run, Luck::BAD);
        let Ending::Failed(trouble) = &went.ending else { panic!("seed {seed}: {:?}", went.ending) };
        assert!(trouble.what.contains("the metadata is as it was"), "{}", trouble.what);
        assert_eq!(world.history, ["milvusdb/milvus:v2.1.4"]);
        // The way back then only watches, and sets the mode back.
        let mut back = went.run;
        back.turn_back(&world.seen()).unwrap();
        let went = carry_out(&mut world, back, Luck::BAD);
        assert_eq!(went.ending, Ending::Done, "seed {seed}: {:?}", went.run.log);
        assert_eq!(world.version(), "2.1.4");
        assert_eq!(world.milvus["spec"]["components"]["imageUpdateMode"], "rollingUpgrade");
    }
}

#[test]
fn a_hop_is_taken_back_from_anywhere() {
    for seed in 1..=200 {
        let (from, to) = if seed % 2 == 0 { ("2.5.16", "2.5.27") } else { ("2.1.4", "2.2.16") };
        let mut world = World::new(from, seed % 2 == 0, seed);
        let run = new_run(&world, to);
        let part = world.chance(60);
        let stopped = stop_after(&mut world, run, part);
        let mut back = stopped;
        match back.turn_back(&world.seen()) {
            Ok(()) => {
                let went = carry_out(&mut world, back, Luck::BAD);
                assert_eq!(went.ending, Ending::Done, "seed {seed}: {:?}", went.run.log);
                assert_eq!(world.version(), from, "seed {seed}");
                assert!(world.is_at_rest(), "seed {seed}");
            }
            Err(why) => assert!(why.contains("no hop of this run has begun"), "seed {seed}: {why}"),
        }
    }
}

/// Carries a run out for some commands and interrupts it then.
fn stop_after(world: &mut World, run: Run, commands: u64) -> Run {
    let mut machine = Machine::new(run, pace());
    let mut event = Event::Begin;
    for count in 0.. {
        if count == commands {
            machine.step(Event::Interrupt, world.now);
        }
        match machine.step(event, world.now).unwrap() {
            Command::Write(write) => world.write(&write),
            Command::Wait(seconds) => world.pass(seconds),
            Command::End(_) => break,
            Command::Look => {
                world.pass(1);
                event = Event::Looked(Box::new(world.seen()));
                continue;
            }
            Command::Journal | Command::DryRun(_) => {}
        }
        world.pass(1);
        event = Event::Done;
    }
    machine.run().clone()
}

#[test]
fn somebody_else_who_changes_the_image_stops_the_run() {
    let mut world = World::new("2.5.16", true, 7);
    let mut run = new_run(&world, "2.5.27");
    run.at.phase = Phase::Intent;
    world.milvus["spec"]["components"]["image"] = Value::from("milvusdb/milvus:v2.4.0");
    let went = carry_out(&mut world, run, Luck::NONE);
    let Ending::Unknown(trouble) = went.ending else { panic!("{:?}", went.ending) };
    assert!(trouble.what.contains("neither milvusdb/milvus:v2.5.16 nor milvusdb/milvus:v2.5.27"), "{}", trouble.what);
    assert_eq!(world.history.len(), 1, "nothing was written");
}

#[test]
fn what_stands_in_the_way_is_said_before_anything_is_written() {
    let mut world = World::new("2.5.16", true, 7);
    let run = new_run(&world, "2.5.27");
    world.milvus["spec"]["components"]["proxy"]["image"] = Value::from("milvusdb/milvus:v2.5.20");
    world.milvus["metadata"]["annotations"]["milvus.io/pause-reconcile"] = Value::from("true");
    let went = carry_out(&mut world, run, Luck::NONE);
    let Ending::Blocked(troubles) = went.ending else { panic!("{:?}", went.ending) };
    assert_eq!(troubles.len(), 2, "{troubles:?}");
    assert_eq!((world.history.len(), went.run.at.phase), (1, Phase::Todo));
}

#[test]
fn a_queue_that_the_operator_would_choose_is_written_first() {
    let mut world = World::new("2.5.16", true, 7);
    world.milvus["spec"]["dependencies"] = Value::Null;
    let run = new_run(&world, "2.6.15");
    let went = carry_out(&mut world, run, Luck::NONE);
    let Ending::Blocked(troubles) = went.ending else { panic!("{:?}", went.ending) };
    assert!(troubles[0].what.contains("message queue"), "{troubles:?}");
}

#[test]
fn a_milvus_that_was_made_anew_is_another() {
    let mut world = World::new("2.5.16", true, 7);
    let mut run = new_run(&world, "2.5.27");
    run.milvus.uid = "another".into();
    assert!(matches!(carry_out(&mut world, run, Luck::NONE).ending, Ending::Unknown(_)));
}

#[test]
fn a_time_is_written_as_people_read_it() {
    assert_eq!(stamp(0), "1970-01-01T00:00:00Z");
    assert_eq!(stamp(1_709_210_096), "2024-02-29T12:34:56Z");
}
