// A graph from launch to launch: borrowed, run to its end, given back with the memory that it has come to have.
#pragma once

#include "submit.hpp"

namespace ptodsl {

// The graphs that no launch is using: launches at the same time have one each.
inline Graph* spare_graphs[16];

inline Graph* Graph::borrow(ptodsl_host* host, pto_ahead* (*ahead)()) {
    Graph* graph = nullptr;
    for (Graph*& place : spare_graphs) {
        graph = __atomic_exchange_n(&place, nullptr, __ATOMIC_ACQUIRE);
        if (graph != nullptr) break;
    }
    if (graph == nullptr) graph = static_cast<Graph*>(std::calloc(1, sizeof(Graph)));  // empty, if all is 0
    if (graph != nullptr) graph->start(host, ahead);
    return graph;
}

inline void Graph::give_back() {
    collect();
    host_ = nullptr;
    for (Graph*& place : spare_graphs) {
        Graph* nobody = nullptr;
        if (__atomic_compare_exchange_n(&place, &nobody, this, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return;
    }
    arena_.free_all();
    submissions_.free_all();
    edges_.free_all();
    std::free(this);
}

inline void Graph::start(ptodsl_host* host, pto_ahead* (*ahead)()) {
    const int64_t workers = host == nullptr ? 1 : host->workers < Window::size ? host->workers : Window::size;
    host_ = host;
    ahead_ = ahead;
    random_ = host == nullptr ? 0 : host->seed;
    is_tracked_ = workers > 1 || random_ != 0;
    enough_ = random_ != 0 ? draw_enough() : ready_beyond_workers + 2 * static_cast<int>(workers);
    lock_.unshare();
    helpers_ = 0;
    has_called_ = false;
    is_closed_ = is_asleep_ = 0;
    stopped_ = retired_ = 0;
    allocated_before_ = allocated();
    caller_.announcer.start(ahead);
    caller_.done = 0;
    window_.restart();
    if (host != nullptr) pace_.begin();
}

inline void Graph::finish() {
    if (is_closed_ != 0) return;
    {
        Hold hold(lock_);
        work_while([this] { return !window_.is_empty(); });
        poke(is_closed_, 1);
    }
    if (has_called_) host_->dismiss(host_);
    lock_.unshare();
    caller_.announcer.clear();
    collect();
    arena_.prepare();
    submissions_.prepare();
    edges_.prepare();
    if (host_ == nullptr) return;
    pace_.end(caller_.done);
    host_->tasks = window_.submitted();
    host_->allocated = allocated() - allocated_before_;
}

inline void Graph::wait_for(const Tensor& element, bool to_write) {
    const Block* block = element.block_;
    if (block == nullptr) return;
    const Box box = element.box();
    Hold hold(lock_);
    work_while([&] { return is_used(*block, box, to_write); });
}

inline Block* Graph::take(size_t bytes) {
    if (!lock_.is_shared() || !arena_.has(bytes)) {
        Hold hold(lock_);
        collect();
    }
    return arena_.take(this, bytes);
}

// Noted, and seen to with the next task: the lock is then held anyway.
inline void Graph::abandon(Block* block) {
    block->next = abandoned_;
    abandoned_ = block;
}

// Gives the arena what nobody uses any more, under the lock.
inline void Graph::collect() {
    while (abandoned_ != nullptr) {
        Block* block = abandoned_;
        abandoned_ = block->next;
        block->is_abandoned = true;
        if (block->tasks == 0) arena_.give_back(block);
    }
    while (returned_ != nullptr) {
        Block* block = returned_;
        returned_ = block->next;
        arena_.give_back(block);
    }
}

}  // namespace ptodsl
