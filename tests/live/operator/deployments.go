package main

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// The Deployments of a Milvus: one for each component, two for the query nodes.

const thirtyDays = 30 * 24 * 60 * 60

func rolls(milvus *unstructured.Unstructured) bool {
	return truth(milvus, "spec.components.enableRollingUpdate", false)
}

// gather reads what runs, by the labels that everything of a Milvus has.
func (l *look) gather() error {
	options := meta.ListOptions{LabelSelector: "app.kubernetes.io/name=milvus,app.kubernetes.io/instance=" + l.milvus.GetName()}
	deployments, err := l.kube.AppsV1().Deployments(l.milvus.GetNamespace()).List(l.ctx, options)
	if err != nil {
		return err
	}
	l.deployments = map[string]*apps.Deployment{}
	for place := range deployments.Items {
		one := &deployments.Items[place]
		// Whatever else has these labels is not the operator's.
		if name, ours := strings.CutPrefix(one.Name, l.milvus.GetName()+"-milvus-"); ours {
			l.deployments[name] = one
		}
	}
	pods, err := l.kube.CoreV1().Pods(l.milvus.GetNamespace()).List(l.ctx, options)
	if err != nil {
		return err
	}
	l.pods = pods.Items
	return nil
}

// moveDeployments brings every component one step further, and says whether query nodes are in the middle of theirs.
func (l *look) moveDeployments() (held bool, err error) {
	for _, component := range componentsOf(l.milvus) {
		if component == "querynode" {
			continue
		}
		if err := l.moveDeployment(component); err != nil {
			return false, err
		}
	}
	if isCluster(l.milvus) {
		return l.moveQueryNodes()
	}
	return false, nil
}

func (l *look) moveDeployment(component string) error {
	current := l.deployments[component]
	if current == nil {
		made := l.render(component, component, imageOf(l.milvus, component), replicasOf(l.milvus, component))
		return l.create(made)
	}
	image := imageIn(current)
	if l.mayUpdate(component) {
		image = imageOf(l.milvus, component)
	}
	replicas := replicasOf(l.milvus, component)
	if replicas < 0 || truth(l.milvus, "spec.components.enableManualMode", false) {
		replicas = int64(*current.Spec.Replicas)
	}
	return l.change(current, l.render(component, component, image, replicas))
}

// mayUpdate says whether a component may have its new image by now.
func (l *look) mayUpdate(component string) bool {
	mode := text(l.milvus, "spec.components.imageUpdateMode")
	if !rolls(l.milvus) || mode == "all" || mode == "force" || !inOrder(l.milvus, component) {
		return true
	}
	first := before(l.milvus, component)
	return l.caughtUp() && (first == "" || l.updated(first))
}

// updated says whether a component has the image of all and is complete. One with an image of its own never has.
func (l *look) updated(component string) bool {
	if component == "querynode" {
		return l.queryNodesServe() && l.milvus.GetLabels()[rollingLabel] == ""
	}
	one := l.deployments[component]
	return one != nil && imageIn(one) == targetImage(l.milvus) && isComplete(one)
}

func isComplete(one *apps.Deployment) bool {
	wanted := *one.Spec.Replicas
	return one.Status.ObservedGeneration >= one.Generation && one.Status.UpdatedReplicas == wanted &&
		one.Status.Replicas == wanted && one.Status.AvailableReplicas == wanted
}

func imageIn(one *apps.Deployment) string {
	return one.Spec.Template.Spec.Containers[0].Image
}

func (l *look) labels(component string) map[string]string {
	return map[string]string{
		"app.kubernetes.io/name": "milvus", "app.kubernetes.io/instance": l.milvus.GetName(),
		"app.kubernetes.io/component": component, "app.kubernetes.io/managed-by": "milvus-operator",
	}
}

func (l *look) owner() []meta.OwnerReference {
	yes := true
	return []meta.OwnerReference{{
		APIVersion: "milvus.io/v1beta1", Kind: "Milvus", Name: l.milvus.GetName(), UID: l.milvus.GetUID(),
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

// render is the Deployment of a component as it should be. `name` is the component, with a number for query nodes.
func (l *look) render(component, name, image string, replicas int64) *apps.Deployment {
	labels, field := l.labels(component), "spec.components."+fieldOf[component]
	if name != component {
		labels["milvus.io/querynode-group-id"] = name[len(component)+1:]
	}
	count, limit, grace := int32(max(replicas, 0)), int32(thirtyDays), int64(thirtyDays)
	selector := map[string]string{}
	for key, value := range labels {
		if key != "app.kubernetes.io/managed-by" {
			selector[key] = value
		}
	}
	role := component
	if component == "mixcoord" {
		role = "mixture"
	}
	pod := core.PodSpec{
		TerminationGracePeriodSeconds: &grace,
		InitContainers: []core.Container{{
			Name: "config", Image: "milvusdb/milvus-operator:v1.3.8", Command: []string{"/init.sh"},
		}},
		Containers: []core.Container{{
			Name: component, Image: image, Args: []string{"/milvus/tools/run.sh", "milvus", "run", role},
			Ports: []core.ContainerPort{{Name: "metrics", ContainerPort: 9091}},
		}},
	}
	if selected, _ := get(l.milvus, field+".nodeSelector"); selected != nil {
		pod.NodeSelector = map[string]string{}
		for key, value := range selected.(map[string]any) {
			pod.NodeSelector[key] = fmt.Sprint(value)
		}
	}
	for _, variable := range l.environment(field) {
		pod.Containers[0].Env = append(pod.Containers[0].Env, variable)
	}
	paused := truth(l.milvus, "spec.components.paused", false) || truth(l.milvus, field+".paused", false)
	made := &apps.Deployment{
		ObjectMeta: meta.ObjectMeta{
			Name: l.milvus.GetName() + "-milvus-" + name, Namespace: l.milvus.GetNamespace(),
			Labels: labels, OwnerReferences: l.owner(),
		},
		Spec: apps.DeploymentSpec{
			Replicas: &count, Paused: paused, ProgressDeadlineSeconds: &limit,
			Selector: &meta.LabelSelector{MatchLabels: selector},
			Template: core.PodTemplateSpec{ObjectMeta: meta.ObjectMeta{Labels: labels}, Spec: pod},
			Strategy: l.strategy(),
		},
	}
	if rolls(l.milvus) {
		made.Spec.MinReadySeconds = int32(max(1, l.after(30).Seconds()))
	}
	return made
}

func (l *look) strategy() apps.DeploymentStrategy {
	if !rolls(l.milvus) {
		return apps.DeploymentStrategy{Type: apps.RecreateDeploymentStrategyType}
	}
	surge, missing := intstr.FromInt32(1), intstr.FromInt32(0)
	return apps.DeploymentStrategy{
		Type:          apps.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &apps.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &missing},
	}
}

func (l *look) environment(field string) []core.EnvVar {
	var all []core.EnvVar
	for _, path := range []string{"spec.components.env", field + ".env"} {
		list, _ := get(l.milvus, path)
		entries, _ := list.([]any)
		for _, entry := range entries {
			if pair, ok := entry.(map[string]any); ok {
				all = append(all, core.EnvVar{Name: fmt.Sprint(pair["name"]), Value: fmt.Sprint(pair["value"])})
			}
		}
	}
	return all
}

// shape is a number for all of a pod but its image, so that two templates can be compared without what the API server adds.
func shape(pod core.PodSpec) string {
	sum := fnv.New32a()
	fmt.Fprint(sum, pod.NodeSelector, pod.Containers[0].Env)
	return fmt.Sprint(sum.Sum32())
}

const shapeMark = "live-test/shape"

func (l *look) create(made *apps.Deployment) error {
	made.Annotations = with(made.Annotations, shapeMark, shape(made.Spec.Template.Spec))
	one, err := l.kube.AppsV1().Deployments(made.Namespace).Create(l.ctx, made, meta.CreateOptions{FieldManager: manager})
	if err == nil {
		l.deployments[one.Name[len(l.milvus.GetName()+"-milvus-"):]] = one
	}
	return err
}

// change writes what is not as it should be, and nothing where all of it is.
func (l *look) change(current, wanted *apps.Deployment) error {
	mark := shape(wanted.Spec.Template.Spec)
	same := imageIn(current) == imageIn(wanted) && *current.Spec.Replicas == *wanted.Spec.Replicas &&
		current.Spec.Paused == wanted.Spec.Paused && current.Annotations[shapeMark] == mark &&
		current.Spec.Strategy.Type == wanted.Spec.Strategy.Type
	if same {
		return nil
	}
	changed := current.DeepCopy()
	changed.Annotations = with(changed.Annotations, shapeMark, mark)
	changed.Spec.Replicas, changed.Spec.Paused = wanted.Spec.Replicas, wanted.Spec.Paused
	changed.Spec.MinReadySeconds = wanted.Spec.MinReadySeconds
	if current.Spec.Strategy.Type != wanted.Spec.Strategy.Type {
		changed.Spec.Strategy = wanted.Spec.Strategy
	}
	pod := &changed.Spec.Template.Spec
	pod.Containers[0].Image, pod.NodeSelector = imageIn(wanted), wanted.Spec.Template.Spec.NodeSelector
	if !reflect.DeepEqual(pod.Containers[0].Env, wanted.Spec.Template.Spec.Containers[0].Env) {
		pod.Containers[0].Env = wanted.Spec.Template.Spec.Containers[0].Env
	}
	written, err := l.kube.AppsV1().Deployments(current.Namespace).Update(l.ctx, changed, meta.UpdateOptions{FieldManager: manager})
	if err == nil {
		l.deployments[written.Name[len(l.milvus.GetName()+"-milvus-"):]] = written
	}
	return err
}

func (l *look) deleteDeployment(component string) error {
	background := meta.DeletePropagationBackground
	options := meta.DeleteOptions{PropagationPolicy: &background}
	name := l.milvus.GetName() + "-milvus-" + component
	err := l.kube.AppsV1().Deployments(l.milvus.GetNamespace()).Delete(l.ctx, name, options)
	if errors.IsNotFound(err) {
		return nil
	}
	delete(l.deployments, component)
	return err
}
