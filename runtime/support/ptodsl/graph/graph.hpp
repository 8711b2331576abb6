// The task graph of one launch: finds out which tasks wait for which, and has them run by the caller and its helpers.
//
// The caller submits. It runs tasks itself as soon as enough of them are ready to keep everybody busy, when the window is
// full, and when it has to wait. Helpers are threads of the host's pool: they come when there is work for them and go
// when there has been none for some microseconds. A thread goes on with a task that the one before has made ready; else
// it takes the earliest. One lock guards everything that is not said to be the caller's.
#pragma once

#include <ptodsl/host.hpp>

#include "arena.hpp"
#include "clock.hpp"
#include "cold_inputs.hpp"
#include "lock.hpp"
#include "window.hpp"

namespace ptodsl {

// How far the caller runs ahead of those who work: enough that nobody runs out while it runs a task itself, and no
// further, since what is made and not yet used leaves the caches.
constexpr int ready_beyond_workers = 6;

// A thread at work on a graph.
struct Worker {
    Announcer announcer;
    int64_t done;  // tasks
};

class Graph {
public:
    // A graph that no launch is using; null where there is no memory.
    static Graph* borrow(ptodsl_host* host, pto_ahead* (*ahead)());

    // Called once, by the launch that borrowed the graph, when all its tensors have gone.
    void give_back();

    Block* take(size_t bytes);
    void abandon(Block* block);

    // Takes a task. False where it is not going to run.
    bool submit(Task task, const int64_t* slots, int slot_count, const Access* accesses, int tensors);

    // Runs tasks until none is left that uses an element so that the caller may not.
    void wait_for(const Tensor& element, bool to_write);

    // Runs all tasks that are left, and lets the helpers go.
    void finish();

    void fail() { poke(stopped_, out_of_memory); }

    // 0, or why no task runs any more.
    int64_t stopped() const { return peek(stopped_); }

private:
    void start(ptodsl_host* host, pto_ahead* (*ahead)());
    void collect();

    // Submission, in submit.hpp.
    Submission* prepare(Task function, const int64_t* slots, int slot_count, int tensors);
    bool spill(Submission& task, int slot_count, int tensors);
    void enter(Submission& task, const Access* accesses, int tensors);
    void use(Submission& task, const Access& access);
    void find_cold(Submission& task, const Tensor& tensor) const;

    // In dependencies.hpp.
    void depend(Use& use, bool writes);
    void follow(Use* first, const Use& use, bool writes);
    void add_edge(Submission& from, Submission& to);
    bool is_used(const Block& block, const Box& box, bool to_write) const;

    // Execution, in scheduler.hpp: under the lock, which is let go while a task runs.
    template <typename Wanted>
    void work_while(Wanted wanted);
    static void help(void* graph);
    void help();
    bool await_work();
    void await_change();
    Submission* earliest_for(const Worker& worker);
    bool is_near(const Submission& task, const Worker& worker) const;
    Submission* choose(Worker& worker, Submission* preferred);
    Submission* run(Worker& worker, Submission* task);
    Submission* retire(Submission* task, const Worker* worker);
    void release(Block* block);
    void hand_back(Block* block);
    void announce(Worker& worker, const Submission& task);
    Submission* upcoming(const Submission& task);
    bool wants_help() const;
    void expect_helper();
    bool is_relieved(const Worker& worker) const;
    void heed_interrupts();
    int64_t allocated() const { return arena_.allocated() + submissions_.allocated() + edges_.allocated(); }
    uint64_t draw();
    int draw_enough();

    Lock lock_;
    ptodsl_host* host_;
    pto_ahead* (*ahead_)();
    bool is_tracked_;     // whether dependencies matter: a single thread that runs tasks in order obeys them all
    int enough_;          // ready tasks
    int helpers_;         // threads that have been asked for and have not left
    bool has_called_;     // for helpers
    int is_closed_;       // no task will come
    int is_asleep_;       // the caller waits for a task to end
    int64_t stopped_;
    int64_t retired_;     // tasks
    uint64_t random_;
    int64_t allocated_before_;
    Worker caller_;
    Pace pace_;

    Window window_;
    Block* returned_;     // blocks that the arena has still to be given
    Block* abandoned_;    // the caller's: blocks that no tensor refers to any more
    Arena arena_;         // the caller's
    Records<Submission, 16> submissions_;
    Records<Edge, 256> edges_;
};

}  // namespace ptodsl
