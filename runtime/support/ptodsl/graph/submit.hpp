// Taking a task: its slots, its uses, and what of its inputs is worth fetching ahead.
#pragma once

#include "dependencies.hpp"
#include "scheduler.hpp"

namespace ptodsl {

inline bool Graph::submit(Task function, const int64_t* slots, int slot_count, const Access* accesses, int tensors) {
    if (stopped() != 0) return false;
    Hold hold(lock_);
    collect();
    work_while([this] { return window_.is_full(); });
    Submission* task = prepare(function, slots, slot_count, tensors);
    if (task == nullptr) {
        fail();
        return false;
    }
    enter(*task, accesses, tensors);
    if (window_.ready() < enough_) return true;
    work_while([this] { return window_.ready() >= enough_; });
    if (random_ != 0) enough_ = draw_enough();
    return true;
}

// A record of the task with its slots; null where there is no memory.
inline Submission* Graph::prepare(Task function, const int64_t* slots, int slot_count, int tensors) {
    Submission* task = submissions_.take();
    if (task == nullptr) return nullptr;
    task->function = function;
    task->waits = 1;  // for its own submission
    task->has_started = false;
    task->told = nullptr;
    task->successors = nullptr;
    task->last_successor = &task->successors;
    task->newest_successor = -1;
    task->used = task->cold = 0;
    task->spilled = nullptr;
    task->slots = task->own_slots;
    task->uses = task->own_uses;
    if (!spill(*task, slot_count, tensors)) {
        submissions_.give_back(task);
        return nullptr;
    }
    __builtin_memcpy(const_cast<int64_t*>(task->slots), slots, static_cast<size_t>(slot_count) * sizeof(int64_t));
    return task;
}

// Finds room for the slots and uses of a task that has more of them than its record holds.
inline bool Graph::spill(Submission& task, int slot_count, int tensors) {
    if (slot_count <= Submission::usual_slots && tensors <= Submission::usual_uses) return true;
    const size_t uses = static_cast<size_t>(tensors) * sizeof(Use);
    task.spilled = arena_.take(this, uses + static_cast<size_t>(slot_count) * sizeof(int64_t));
    if (task.spilled == nullptr) return false;
    char* memory = static_cast<char*>(task.spilled->data());
    task.uses = reinterpret_cast<Use*>(memory);
    task.slots = reinterpret_cast<int64_t*>(memory + uses);
    return true;
}

// Puts a task into the window, behind those that it waits for.
inline void Graph::enter(Submission& task, const Access* accesses, int tensors) {
    window_.enter(&task);
    for (int i = 0; i < tensors; ++i) use(task, accesses[i]);
    if (--task.waits == 0) window_.mark_ready(&task);
}

// A tensor without a block is one that nothing writes: nobody waits for it, and it may be cold.
inline void Graph::use(Submission& task, const Access& access) {
    Block* block = access.tensor->block_;
    if (block == nullptr) return find_cold(task, *access.tensor);
    Use& use = task.uses[task.used++];
    use.block = block;
    use.task = &task;
    use.place = nullptr;
    ++block->tasks;
    if (!is_tracked_) return;
    use.box = access.tensor->box();
    depend(use, access.writes);
}

inline void Graph::find_cold(Submission& task, const Tensor& tensor) const {
    if (!caller_.announcer.is_heard() || tensor.base_ == nullptr) return;
    const Rows rows = rows_of(tensor.shape_, tensor.strides_, tensor.rank_, tensor.element_size_);
    add_ranges(task, static_cast<const unsigned char*>(tensor.at(tensor.offset_)), rows, rows.rank - 1);
}

}  // namespace ptodsl
