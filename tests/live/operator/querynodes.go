package main

import (
	"fmt"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
)

// Query nodes have two Deployments. One serves, the other is a spare with an image that is none; a change starts in the spare,
// one pod after the other, until the first is empty. A rollout that has begun looks at nothing but its own two Deployments:
// where its pods never start, no change of the Milvus ends it.

const (
	rollingLabel = "milvus.io/querynode-rolling-id"
	currentGroup = "milvus.io/querynode-current-group-id"
)

func group(number string) string { return "querynode-" + number }

func other(number string) string {
	if number == "0" {
		return "1"
	}
	return "0"
}

// moveQueryNodes takes one step. It holds the rest of the operator's work while a rollout is under way.
func (l *look) moveQueryNodes() (held bool, err error) {
	current := annotation(l.milvus, currentGroup)
	if current == "" {
		annotate(l.milvus, currentGroup, "0")
		if err := l.update(l.milvus); err != nil {
			return false, err
		}
		current = "0"
	}
	for _, number := range []string{"0", "1"} {
		if l.deployments[group(number)] == nil {
			image := "dummy"
			if number == current {
				image = imageOf(l.milvus, "querynode")
			}
			if err := l.create(l.render("querynode", group(number), image, 0)); err != nil {
				return false, err
			}
		}
	}
	wanted := replicasOf(l.milvus, "querynode")
	serving, spare := l.deployments[group(current)], l.deployments[group(other(current))]
	rolling := l.milvus.GetLabels()[rollingLabel] != ""
	switch {
	case wanted < 0:
		return false, nil
	case wanted == 0:
		return false, l.stopQueryNodes(serving, spare, rolling)
	case rolling:
		return l.rollQueryNodes(serving, spare, int32(wanted))
	}
	image := imageIn(serving)
	if l.mayUpdate("querynode") {
		image = imageOf(l.milvus, "querynode")
	}
	next := l.render("querynode", group(current), image, wanted)
	if image == imageIn(serving) && serving.Annotations[shapeMark] == shape(next.Spec.Template.Spec) {
		return false, l.change(serving, next)
	}
	return true, l.beginRollout(spare, image, other(current))
}

func (l *look) beginRollout(spare *apps.Deployment, image, number string) error {
	if err := l.change(spare, l.render("querynode", group(number), image, 0)); err != nil {
		return err
	}
	annotate(l.milvus, currentGroup, number)
	label(l.milvus, rollingLabel, fmt.Sprint(l.milvus.GetGeneration()))
	l.memory.step = time.Now()
	return l.update(l.milvus)
}

// rollQueryNodes is the next step of a rollout into `serving`, which became the serving one when the rollout began.
func (l *look) rollQueryNodes(serving, old *apps.Deployment, wanted int32) (held bool, err error) {
	there, left := *serving.Spec.Replicas, *old.Spec.Replicas
	if there == wanted && left == 0 && isComplete(serving) {
		if l.hasPods(old.Name) {
			return false, nil
		}
		label(l.milvus, rollingLabel, "")
		return false, l.update(l.milvus)
	}
	if time.Since(l.memory.step) < l.after(15) || there > 0 && !isComplete(serving) {
		return true, nil
	}
	l.memory.step = time.Now()
	if there+left > wanted && there > 0 && left > 0 {
		return true, l.scale(old, left-1)
	}
	if there < wanted {
		return true, l.scale(serving, there+1)
	}
	return true, l.scale(old, 0)
}

func (l *look) stopQueryNodes(serving, spare *apps.Deployment, rolling bool) error {
	for _, one := range []*apps.Deployment{serving, spare} {
		if err := l.scale(one, 0); err != nil {
			return err
		}
	}
	if !rolling {
		return nil
	}
	label(l.milvus, rollingLabel, "")
	return l.update(l.milvus)
}

func (l *look) scale(one *apps.Deployment, replicas int32) error {
	if *one.Spec.Replicas == replicas {
		return nil
	}
	changed := one.DeepCopy()
	changed.Spec.Replicas = &replicas
	return l.change(one, changed)
}

func (l *look) hasPods(deployment string) bool {
	for _, pod := range l.pods {
		if strings.HasPrefix(pod.Name, deployment+"-") {
			return true
		}
	}
	return false
}

// queryNodesServe says whether all query nodes run in the Deployment with the image of all; pods of the other may still be
// going. That is when superfluous coordinators are removed, while components that come after query nodes wait a little longer.
func (l *look) queryNodesServe() bool {
	serving := l.deployments[group(annotation(l.milvus, currentGroup))]
	spare := l.deployments[group(other(annotation(l.milvus, currentGroup)))]
	return serving != nil && spare != nil && imageIn(serving) == targetImage(l.milvus) && isComplete(serving) &&
		int64(*serving.Spec.Replicas) == replicasOf(l.milvus, "querynode") && *spare.Spec.Replicas == 0
}
