package main

import (
	"log"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// One look at one Milvus: its Deployments are brought one step further, then its status is written.

// look is a Milvus and all that belongs to it, as it was when the look began.
type look struct {
	*Stand
	milvus      *unstructured.Unstructured
	deployments map[string]*apps.Deployment
	pods        []core.Pod
	memory      *memory
}

func (s *Stand) lookAtMilvuses(minded map[string]bool) {
	list, err := s.dynamic.Resource(milvusResource).List(s.ctx, meta.ListOptions{})
	if err != nil {
		return
	}
	for place := range list.Items {
		milvus := &list.Items[place]
		if !minded[milvus.GetNamespace()] {
			// A Milvus that goes with its namespace must not wait for a finalizer.
			if milvus.GetDeletionTimestamp() == nil {
				continue
			}
		}
		memory := s.remember("milvus/" + string(milvus.GetUID()))
		if milvus.GetResourceVersion() == memory.version && time.Now().Before(memory.due) {
			continue
		}
		memory.version = milvus.GetResourceVersion()
		if err := s.lookAt(milvus, memory); err != nil {
			log.Printf("%s/%s: %v", milvus.GetNamespace(), milvus.GetName(), err)
			// It is looked at again at once, as what was read may be old.
			memory.version = ""
		}
	}
}

func (s *Stand) milvuses(namespace string) dynamic.ResourceInterface {
	return s.dynamic.Resource(milvusResource).Namespace(namespace)
}

func (s *Stand) update(milvus *unstructured.Unstructured) error {
	written, err := s.milvuses(milvus.GetNamespace()).Update(s.ctx, milvus, meta.UpdateOptions{FieldManager: manager})
	if err == nil {
		milvus.Object = written.Object
	}
	return err
}

// lookAt takes a Milvus as far as it goes at this moment. Status is looked at when it is due only: in between the operator
// leaves it as it is, true or not.
func (s *Stand) lookAt(milvus *unstructured.Unstructured, memory *memory) error {
	if milvus.GetDeletionTimestamp() != nil {
		if len(milvus.GetFinalizers()) == 0 {
			return nil
		}
		milvus.SetFinalizers(nil)
		return s.update(milvus)
	}
	memory.due = time.Now().Add(s.pause(milvus))
	if annotation(milvus, "milvus.io/pause-reconcile") == "true" {
		return nil
	}
	if prepare(milvus) {
		if err := s.update(milvus); err != nil {
			return err
		}
	}
	if complete(milvus) {
		if err := s.update(milvus); err != nil {
			return err
		}
	}
	look := &look{Stand: s, milvus: milvus, memory: memory}
	if err := look.gather(); err != nil {
		return err
	}
	if !has(milvus, "status.status") {
		return look.begin()
	}
	return look.further()
}

// pause is the time until the operator looks by itself: an unhealthy or changing Milvus is looked at more often.
func (s *Stand) pause(milvus *unstructured.Unstructured) time.Duration {
	if milvus.GetLabels()[rollingLabel] != "" {
		return s.after(5)
	}
	if condition(milvus, "MilvusReady") == "True" && condition(milvus, "MilvusUpdated") == "True" {
		return s.after(60)
	}
	return s.after(30)
}

// begin is the first status. It claims the current image before anything runs.
func (l *look) begin() error {
	set(l.milvus, "status.status", "Pending")
	set(l.milvus, "status.rollingModeVersion", int64(2))
	set(l.milvus, "status.currentImage", targetImage(l.milvus))
	return l.writeStatus()
}

// further goes through one round: dependencies, Deployments, what is left over, the status.
func (l *look) further() error {
	caughtUp := l.caughtUp()
	// What is known of the dependencies is from the last time that the status was judged. So a Milvus that has just been stopped is
	// still brought to a stop, and one that is started again catches up with its generation before anything of it moves.
	held := false
	if l.dependenciesReady() {
		var err error
		if held, err = l.moveDeployments(); err != nil {
			return err
		}
		if err := l.gather(); err != nil {
			return err
		}
	}
	// While query nodes roll with a generation that the operator has not finished yet, all of this waits, and the status
	// stays as it was before.
	if held && !caughtUp {
		l.memory.due = time.Now().Add(l.after(5))
		return nil
	}
	if !caughtUp {
		return l.catchUp()
	}
	l.judge()
	if err := l.writeStatus(); err != nil {
		return err
	}
	if l.dependenciesReady() {
		return l.cleanUp()
	}
	return nil
}

func (l *look) caughtUp() bool {
	return number(l.milvus, "status.observedGeneration", 0) >= l.milvus.GetGeneration()
}

// catchUp says that the generation was seen, in a write of its own: until the next one the conditions are those of before,
// and a standalone that does not roll even claims the new image.
func (l *look) catchUp() error {
	set(l.milvus, "status.observedGeneration", l.milvus.GetGeneration())
	set(l.milvus, "status.endpoint", l.milvus.GetName()+"-milvus."+l.milvus.GetNamespace()+":19530")
	both := condition(l.milvus, "MilvusReady") == "True" && condition(l.milvus, "MilvusUpdated") == "True"
	if both && !rolls(l.milvus) && !isStopped(l.milvus) {
		set(l.milvus, "status.currentImage", targetImage(l.milvus))
	}
	if err := l.writeStatus(); err != nil {
		return err
	}
	l.judge()
	if err := l.writeStatus(); err != nil {
		return err
	}
	// Those that wait for the generation come next.
	l.memory.due = time.Now()
	return nil
}

// cleanUp removes what a newer release of Milvus has no place for, from the cluster and from the spec. It sees only what is
// still in the spec: Deployments of components that somebody else has removed stay for ever.
func (l *look) cleanUp() error {
	if !isCluster(l.milvus) || isStopped(l.milvus) {
		return nil
	}
	var gone []string
	if has(l.milvus, "spec.components.mixCoord") && l.updated("mixcoord") && l.queryNodesServe() {
		for _, coordinator := range fourCoordinators {
			if has(l.milvus, "spec.components."+fieldOf[coordinator]) {
				gone = append(gone, coordinator)
			}
		}
	}
	done := isNew(l.milvus, targetImage(l.milvus)) && l.updated("proxy") && condition(l.milvus, "MilvusUpdated") == "True"
	if done && has(l.milvus, "spec.components.indexNode") {
		gone = append(gone, "indexnode")
	}
	if len(gone) == 0 {
		return nil
	}
	for _, component := range gone {
		if err := l.deleteDeployment(component); err != nil {
			return err
		}
		remove(l.milvus, "spec.components."+fieldOf[component])
	}
	return l.update(l.milvus)
}
