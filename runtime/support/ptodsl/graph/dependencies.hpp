// Which earlier tasks a task waits for: those that use bytes that it uses too, where one of the two writes them.
#pragma once

#include "graph.hpp"

namespace ptodsl {

// A reader waits for the writers of what it reads, a writer for readers and writers.
inline void Graph::depend(Use& use, bool writes) {
    Block& block = *use.block;
    follow(block.writers, use, writes);
    if (writes) follow(block.readers, use, writes);
    use.enter(writes ? block.writers : block.readers);
}

// What the new writer covers leaves the list: whoever would wait for it waits for the new writer, which does.
inline void Graph::follow(Use* first, const Use& use, bool writes) {
    for (Use* earlier = first; earlier != nullptr;) {
        Use* next = earlier->next;
        if (earlier->task != use.task && earlier->box.meets(use.box)) {
            add_edge(*earlier->task, *use.task);
            if (writes && use.box.covers(earlier->box)) earlier->leave();
        }
        earlier = next;
    }
}

inline void Graph::add_edge(Submission& from, Submission& to) {
    if (from.newest_successor == to.number) return;
    Edge* edge = edges_.take();
    if (edge == nullptr) return fail();
    *edge = {nullptr, &to};
    *from.last_successor = edge;
    from.last_successor = &edge->next;
    from.newest_successor = to.number;
    ++to.waits;
    if (host_ != nullptr && host_->traced != nullptr) host_->traced(host_, from.number, to.number);
}

// Whether a task that is not done uses the elements so that somebody else may not read, or not write them.
inline bool Graph::is_used(const Block& block, const Box& box, bool to_write) const {
    if (!is_tracked_) return !window_.is_empty();
    for (const Use* use = block.writers; use != nullptr; use = use->next) {
        if (use->box.meets(box)) return true;
    }
    for (const Use* use = to_write ? block.readers : nullptr; use != nullptr; use = use->next) {
        if (use->box.meets(box)) return true;
    }
    return false;
}

}  // namespace ptodsl
