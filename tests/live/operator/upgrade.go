package main

import (
	"fmt"
	"log"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// MilvusUpgrade: the way from 2.1 to 2.2 with its migration of metadata, state by state, and back.

const stoppedAt = "milvus.io/stopped-at"

// run is one look at one MilvusUpgrade. States that pass within one look are never seen from outside.
type run struct {
	*Stand
	upgrade *unstructured.Unstructured
	milvus  *unstructured.Unstructured
	memory  *memory
	// The status that the API server has.
	written string
}

func (s *Stand) lookAtUpgrades(minded map[string]bool) {
	list, err := s.dynamic.Resource(upgradeResource).List(s.ctx, meta.ListOptions{})
	if err != nil {
		return
	}
	for place := range list.Items {
		upgrade := &list.Items[place]
		if !minded[upgrade.GetNamespace()] || upgrade.GetDeletionTimestamp() != nil {
			continue
		}
		memory := s.remember("upgrade/" + string(upgrade.GetUID()))
		run := &run{Stand: s, upgrade: upgrade, memory: memory, written: fmt.Sprint(upgrade.Object["status"])}
		if err := run.further(); err != nil {
			log.Printf("upgrade %s/%s: %v", upgrade.GetNamespace(), upgrade.GetName(), err)
		}
		if err := run.save(); err != nil {
			log.Printf("upgrade %s/%s: %v", upgrade.GetNamespace(), upgrade.GetName(), err)
		}
	}
}

// save writes the status where it has changed.
func (r *run) save() error {
	if fmt.Sprint(r.upgrade.Object["status"]) == r.written {
		return nil
	}
	resource := r.dynamic.Resource(upgradeResource).Namespace(r.upgrade.GetNamespace())
	written, err := resource.UpdateStatus(r.ctx, r.upgrade, meta.UpdateOptions{FieldManager: manager})
	if err == nil {
		r.upgrade.Object = written.Object
		r.written = fmt.Sprint(written.Object["status"])
	}
	return err
}

func (r *run) state() string { return text(r.upgrade, "status.state") }

// enter goes to a state and says so; a problem is what keeps it there.
func (r *run) enter(state string, problem error) error {
	kind, status, message := "Upgraded", "False", ""
	if truth(r.upgrade, "status.isRollbacking", false) {
		kind = "Rollbacked"
	}
	if state == "Succeeded" || state == "RollbackedSucceeded" {
		status = "True"
	}
	if problem != nil {
		message = problem.Error()
	}
	set(r.upgrade, "status.state", state)
	say(r.upgrade, kind, status, state, message)
	return problem
}

func (r *run) further() error {
	switch state := r.state(); state {
	case "RollbackedSucceeded", "RollbackFailed":
		return nil
	case "":
		set(r.upgrade, "status.state", "OldVersionStopping")
		set(r.upgrade, "status.retriedTimes", int64(0))
	}
	// A rollback that has begun does not heed the operation any more.
	back := truth(r.upgrade, "status.isRollbacking", false) || text(r.upgrade, "spec.operation") == "rollback"
	if final := r.state(); !back && (final == "Succeeded" || final == "UpdateMetaFailed" || final == "BakupMetaFailed") {
		return nil
	}
	if err := r.findMilvus(); err != nil {
		say(r.upgrade, "CheckingUpgrationState", "False", "GetMilvusFailed", err.Error())
		return nil
	}
	unsay(r.upgrade, "CheckingUpgrationState")
	if back {
		return r.rollBack()
	}
	switch r.state() {
	case "OldVersionStopping":
		return r.stopOld()
	case "BackupMeta":
		return r.backUp()
	case "UpdatingMeta":
		return r.updateMeta()
	}
	return nil
}

// findMilvus looks only where the namespace says: the MilvusUpgrade's own is no default.
func (r *run) findMilvus() error {
	namespace, name := text(r.upgrade, "spec.milvus.namespace"), text(r.upgrade, "spec.milvus.name")
	if namespace == "" {
		return errors.NewNotFound(milvusResource.GroupResource(), name)
	}
	milvus, err := r.milvuses(namespace).Get(r.ctx, name, meta.GetOptions{})
	r.milvus = milvus
	return err
}

func (r *run) stopOld() error {
	if !isStopped(r.milvus) {
		for _, component := range componentsOf(r.milvus) {
			if replicasOf(r.milvus, component) < 0 {
				return r.enter("OldVersionStopping", fmt.Errorf("stop milvus: cannot stop externally managed workload %s: "+
					"suspend its HPA and set replicas to a static value before MilvusUpgrade", component))
			}
		}
		set(r.upgrade, "status.sourceImage", targetImage(r.milvus))
		r.recordReplicas()
		r.memory.step = time.Now()
		_ = r.enter("OldVersionStopping", nil)
		return r.scaleToZero()
	}
	_ = r.enter("OldVersionStopping", nil)
	if done, err := r.stopped(); !done || err != nil {
		return err
	}
	if text(r.upgrade, "spec.backupPVC") == "" {
		if err := r.claim(); err != nil {
			return r.enter("BackupMeta", err)
		}
		set(r.upgrade, "status.backupPVC", r.upgrade.GetName())
	} else {
		set(r.upgrade, "status.backupPVC", text(r.upgrade, "spec.backupPVC"))
	}
	return r.enter("BackupMeta", r.startTask("backup-meta"))
}

func (r *run) recordReplicas() {
	for _, component := range componentsOf(r.milvus) {
		if replicas := replicasOf(r.milvus, component); replicas != 0 {
			set(r.upgrade, "status.replicasBeforeUprade."+fieldOf[component], replicas)
		}
	}
}

// scaleToZero stops the Milvus. What it had is saved first, as it cannot be seen afterwards.
func (r *run) scaleToZero() error {
	if err := r.save(); err != nil {
		return err
	}
	for _, component := range componentsOf(r.milvus) {
		set(r.milvus, "spec.components."+fieldOf[component]+".replicas", int64(0))
	}
	return r.update(r.milvus)
}

// stopped is true one minute after the last pod was seen to be gone. When that was stands in an annotation, and whoever left
// one behind makes the wait end before it began.
func (r *run) stopped() (bool, error) {
	at := annotation(r.milvus, stoppedAt)
	if at == "" {
		polled := time.Since(r.memory.step) >= r.after(30) || !has(r.upgrade, "status.replicasBeforeUprade")
		if !polled || r.milvusHasPods() {
			return false, nil
		}
		annotate(r.milvus, stoppedAt, time.Now().UTC().Format(time.RFC3339))
		return false, r.update(r.milvus)
	}
	since, err := time.Parse(time.RFC3339, at)
	return err == nil && time.Since(since) >= r.after(60), err
}

func (r *run) milvusHasPods() bool {
	options := meta.ListOptions{LabelSelector: "app.kubernetes.io/name=milvus,app.kubernetes.io/instance=" + r.milvus.GetName()}
	pods, err := r.kube.CoreV1().Pods(r.milvus.GetNamespace()).List(r.ctx, options)
	return err != nil || len(pods.Items) > 0
}

func (r *run) backUp() error {
	switch phase, err := r.task("backup-meta"); {
	case err != nil:
		return err
	case phase == "":
		return r.enter("BackupMeta", r.startTask("backup-meta"))
	case phase == "Succeeded":
		if err := r.startTask("update-meta"); err != nil {
			return err
		}
		set(r.upgrade, "status.metaBackuped", true)
		set(r.upgrade, "status.metaStorageChanged", true)
		return r.enter("UpdatingMeta", nil)
	case phase != "Failed":
		return nil
	}
	if tried := number(r.upgrade, "status.retriedTimes", 0); tried < number(r.upgrade, "spec.maxRetry", 3) {
		set(r.upgrade, "status.retriedTimes", tried+1)
		return r.deleteTask("backup-meta")
	}
	return r.failed("BakupMetaFailed")
}

func (r *run) updateMeta() error {
	switch phase, err := r.task("update-meta"); {
	case err != nil:
		return err
	case phase == "Succeeded":
		if err := r.start(text(r.upgrade, "spec.targetImage")); err != nil {
			return err
		}
		return r.enter("Succeeded", nil)
	case phase == "Failed" || phase == "":
		return r.failed("UpdateMetaFailed")
	}
	return nil
}

func (r *run) failed(state string) error {
	if !truth(r.upgrade, "spec.rollbackIfFailed", true) {
		return r.enter(state, nil)
	}
	return r.rollBack()
}

// start brings the recorded replicas back, with an image, and takes the mark of the stop away.
func (r *run) start(image string) error {
	set(r.milvus, "spec.components.image", image)
	before, _ := get(r.upgrade, "status.replicasBeforeUprade")
	replicas, _ := before.(map[string]any)
	for _, field := range sorted(replicas) {
		set(r.milvus, "spec.components."+field+".replicas", replicas[field])
	}
	annotate(r.milvus, stoppedAt, "")
	return r.update(r.milvus)
}

// rollBack goes on from wherever the upgrade was: stop, restore what was changed, start the old image.
func (r *run) rollBack() error {
	set(r.upgrade, "status.isRollbacking", true)
	if r.state() != "RollbackRestoringOldMeta" {
		if !isStopped(r.milvus) {
			r.memory.step = time.Now()
			_ = r.enter("RollbackNewVersionStopping", nil)
			return r.scaleToZero()
		}
		if done, err := r.stopped(); !done || err != nil {
			_ = r.enter("RollbackNewVersionStopping", nil)
			return err
		}
		if !truth(r.upgrade, "status.metaStorageChanged", false) {
			return r.startOld()
		}
		if err := r.startTask("rollback-meta"); err != nil {
			return err
		}
		return r.enter("RollbackRestoringOldMeta", nil)
	}
	switch phase, err := r.task("rollback-meta"); {
	case err != nil:
		return err
	case phase == "":
		return r.enter("RollbackRestoringOldMeta", r.startTask("rollback-meta"))
	case phase == "Failed":
		return r.enter("RollbackFailed", nil)
	case phase == "Succeeded":
		return r.startOld()
	}
	return nil
}

func (r *run) startOld() error {
	if err := r.start(text(r.upgrade, "status.sourceImage")); err != nil {
		return err
	}
	return r.enter("RollbackedSucceeded", nil)
}
