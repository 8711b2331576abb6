// Who runs which task when. All of this holds the lock; it is let go while a task runs and while a thread waits.
#pragma once

#include "dependencies.hpp"

namespace ptodsl {

constexpr int far = 4;  // tasks that are looked at, to see what a thread will do next

// The caller runs tasks for as long as something is wanted.
template <typename Wanted>
void Graph::work_while(Wanted wanted) {
    Submission* preferred = nullptr;
    while (wanted()) {
        Submission* task = choose(caller_, preferred);
        if (task != nullptr) {
            preferred = run(caller_, task);
        } else {
            await_change();
        }
    }
}

// The earliest ready task, but of the first few rather one that this thread is fetching for or whose memory it has used
// last, and none that another one is fetching for.
inline Submission* Graph::earliest_for(const Worker& worker) {
    Submission* earliest = window_.ready_after(0);
    if (!is_tracked_) return earliest;
    Submission* found = nullptr;
    for (int earlier = 0; earlier < far; ++earlier) {
        Submission* task = window_.ready_after(earlier);
        if (task == nullptr) break;
        if (is_near(*task, worker)) return task;
        if (found == nullptr && task->told == nullptr) found = task;
    }
    return found != nullptr ? found : earliest;
}

inline bool Graph::is_near(const Submission& task, const Worker& worker) const {
    if (task.told != nullptr) return task.told == &worker;
    return task.used > 0 && task.uses[task.used - 1].block->user == &worker;
}

inline void Graph::help(void* graph) { static_cast<Graph*>(graph)->help(); }

// A helper runs tasks until there is none, or until another launch needs it more.
inline void Graph::help() {
    Worker worker;
    worker.announcer.start(ahead_);
    worker.done = 0;
    Hold hold(lock_);
    Submission* preferred = nullptr;
    while (!is_relieved(worker)) {
        if (Submission* task = choose(worker, preferred)) {
            preferred = run(worker, task);
        } else if (!await_work()) {
            break;
        }
    }
    --helpers_;
    worker.announcer.clear();
}

// A task to run: the preferred one, which is ready, else the earliest. Null where none is ready.
inline Submission* Graph::choose(Worker& worker, Submission* preferred) {
    if (window_.ready() == 0) return nullptr;
    Submission* task = preferred;
    if (random_ != 0) {
        task = window_.ready_after(static_cast<int64_t>(draw() % static_cast<uint64_t>(window_.ready())));
    } else if (task == nullptr) {
        task = earliest_for(worker);
    }
    window_.start(task);
    if (worker.announcer.is_heard()) announce(worker, *task);
    return task;
}

// Runs a task, and gives one that it has made ready, if any: what that one reads is in the cache.
inline Submission* Graph::run(Worker& worker, Submission* task) {
    const bool calls = wants_help();
    if (calls) expect_helper();
    lock_.release();
    if (calls) host_->call(host_, help, this);
    if (stopped() == 0) task->function(task->slots);
    ++worker.done;
    if (&worker == &caller_ && host_ != nullptr && pace_.is_due()) heed_interrupts();
    lock_.acquire();
    return retire(task, &worker);
}

// From the first one on the caller is not alone.
inline void Graph::expect_helper() {
    ++helpers_;
    if (!has_called_) lock_.share();
    has_called_ = true;
}

// Takes a task that is done out of the graph.
inline Submission* Graph::retire(Submission* task, const Worker* worker) {
    Submission* first = nullptr;
    for (Edge* edge = task->successors; edge != nullptr;) {
        Submission* to = edge->to;
        if (--to->waits == 0) {
            window_.mark_ready(to);
            if (first == nullptr) first = to;
        }
        Edge* next = edge->next;
        edges_.give_back(edge);
        edge = next;
    }
    for (int i = 0; i < task->used; ++i) {
        task->uses[i].block->user = worker;
        task->uses[i].leave();
        release(task->uses[i].block);
    }
    if (task->spilled != nullptr) hand_back(task->spilled);
    window_.leave(task);
    submissions_.give_back(task);
    poke(retired_, retired_ + 1);
    if (is_asleep_ != 0) {
        poke(is_asleep_, 0);
        host_->wake(host_);
    }
    return first;
}

inline void Graph::release(Block* block) {
    if (--block->tasks == 0 && block->is_abandoned) hand_back(block);
}

// The arena is the caller's alone.
inline void Graph::hand_back(Block* block) {
    block->next = returned_;
    returned_ = block;
}

// Looks for something for some 20 microseconds: less than a thread takes to come back from sleep. Whoever is to bring it
// about may need this thread's processor.
template <typename Arrived>
void look_out(Arrived arrived) {
    constexpr int rounds = 32, looks = 32;
    for (int round = 0; round < rounds; ++round) {
        for (int look = 0; look < looks; ++look) {
            if (arrived()) return;
            pause();
        }
        sched_yield();
    }
}

// A helper waits for something to do. False where nothing comes.
inline bool Graph::await_work() {
    lock_.release();
    look_out([this] { return window_.ready() > 0 || peek(is_closed_) != 0; });
    lock_.acquire();
    return window_.ready() > 0;
}

// The caller waits for a task of a helper's to end: all that are left wait for it.
inline void Graph::await_change() {
    const int64_t before = retired_;
    lock_.release();
    look_out([this, before] { return peek(retired_) != before; });
    lock_.acquire();
    if (retired_ != before) return;
    poke(is_asleep_, 1);
    lock_.release();
    host_->sleep(host_, &is_asleep_);
    if (pace_.check()) heed_interrupts();
    lock_.acquire();
    poke(is_asleep_, 0);
}

constexpr int64_t worth_a_helper = 10000;  // nanoseconds of work: waking one takes about as long

inline bool Graph::wants_help() const {
    if (host_ == nullptr || helpers_ + 1 >= host_->workers || window_.ready() == 0) return false;
    return random_ != 0 || window_.ready() * pace_.task() >= worth_a_helper;
}

// A helper looks for other launches now and then.
inline bool Graph::is_relieved(const Worker& worker) const {
    return worker.done % 32 == 31 && host_->is_wanted(host_);
}

inline void Graph::heed_interrupts() {
    if (host_->interrupted(host_)) poke(stopped_, interrupted);
}

// Before a task runs, the thread that runs it is told what it will read soon. What has been announced and not been
// fetched stays as long as its task is still to come.
inline void Graph::announce(Worker& worker, const Submission& task) {
    const int64_t awaited = worker.announcer.awaited();
    if (awaited >= 0 && window_.is_to_come(awaited)) return;
    worker.announcer.clear();
    Submission* next = upcoming(task);
    if (next == nullptr) return;
    next->told = &worker;
    worker.announcer.announce(*next);
}

// The task whose cold inputs will be read next: one that waits for this one, since its thread goes on with it, or one of
// the earliest that are ready.
inline Submission* Graph::upcoming(const Submission& task) {
    const Submission* last = &task;
    for (int steps = 0; steps < far && last->successors != nullptr; ++steps) {
        Submission* next = last->successors->to;
        if (next->cold > 0 && next->told == nullptr) return next;
        last = next;
    }
    for (int earlier = 0; earlier < far; ++earlier) {
        Submission* next = window_.ready_after(earlier);
        if (next == nullptr) break;
        if (next->cold > 0 && next->told == nullptr) return next;
    }
    return nullptr;
}

// xorshift: any order will do, as long as it is the seed's.
inline uint64_t Graph::draw() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return random_;
}

// Now a few, so that tasks run soon, and now as many as there may be.
inline int Graph::draw_enough() {
    const uint64_t most = draw() % 4 == 0 ? Window::size : 8;
    return 1 + static_cast<int>(draw() % most);
}

}  // namespace ptodsl
