// The threads of a process that help with launches: few, shared by all programs, asleep when there is nothing to do. They
// run nothing but tasks, take no signals, and do not keep the process from ending.
//
// A launch that wants a thread stands in a queue and is served in turn. There are never more threads than one launch has
// asked for. After a fork the child, which has none of them, starts anew.
#pragma once

#include <ptodsl/host.hpp>
#include <ptodsl/processors.hpp>

#include <csignal>
#include <ctime>
#include <pthread.h>
#include <sched.h>

namespace ptodsl {

// A launch that the pool serves: the host of its program. Threads are the caller's affair alone until it calls for one.
class Guest : public ptodsl_host {
public:
    Guest(int64_t threads, uint64_t order)
        : ptodsl_host{threads, order, call, dismiss, is_wanted, sleep, wake, ignore, nullptr, 0, 0} {}
    Guest(const Guest&) = delete;

private:
    friend class Pool;

    static void call(ptodsl_host* host, void (*help)(void*), void* context);
    static void dismiss(ptodsl_host* host);
    static bool is_wanted(ptodsl_host* host);
    static void sleep(ptodsl_host* host, const int* awaited);
    static void wake(ptodsl_host* host);
    static bool ignore(ptodsl_host*) { return false; }

    void (*help_)(void*) = nullptr;
    void* context_ = nullptr;
    Guest* next_ = nullptr;
    int wanted_ = 0;  // threads that have not come
    int inside_ = 0;  // threads in `help`
    bool has_condition_ = false;
    pthread_cond_t changed_;
};

// The one pool of the process.
class Pool {
public:
    static void call(Guest& guest, void (*help)(void*), void* context) {
        pthread_mutex_lock(&mutex_);
        prepare(guest);
        guest.help_ = help;
        guest.context_ = context;
        if (guest.wanted_++ == 0) append(guest);
        poke_waiting(waiting_ + 1);
        if (asleep_ != nullptr) {
            wake_thread();
        } else if (waiting_ > idle_ && threads_ < guest.workers - 1) {
            start_thread();
        }
        pthread_mutex_unlock(&mutex_);
    }

    static void dismiss(Guest& guest) {
        pthread_mutex_lock(&mutex_);
        if (guest.wanted_ > 0) remove(guest);
        poke_waiting(waiting_ - guest.wanted_);
        guest.wanted_ = 0;
        pthread_mutex_unlock(&mutex_);
        for (int looks = 0; looks < looks_before_sleep && inside(guest) > 0; ++looks) sched_yield();
        pthread_mutex_lock(&mutex_);
        while (inside(guest) > 0) wait_a_moment(guest);
        pthread_mutex_unlock(&mutex_);
        pthread_cond_destroy(&guest.changed_);
    }

    static bool is_anybody_waiting() { return __atomic_load_n(&waiting_, __ATOMIC_RELAXED) > 0; }

    static void sleep(Guest& guest, const int* awaited) {
        pthread_mutex_lock(&mutex_);
        if (__atomic_load_n(awaited, __ATOMIC_ACQUIRE) != 0) wait_a_moment(guest);
        pthread_mutex_unlock(&mutex_);
    }

    static void wake(Guest& guest) {
        pthread_mutex_lock(&mutex_);
        pthread_cond_signal(&guest.changed_);
        pthread_mutex_unlock(&mutex_);
    }

    // How many threads there are.
    static int threads() { return threads_; }

private:
    // A thread that has nothing to do. It lies on that thread's stack.
    struct Sleeper {
        pthread_t thread;
        pthread_cond_t called;
        Sleeper* next;
        bool is_asleep;
        int avoided;  // the processor that it keeps off
    };

    static void prepare(Guest& guest) {
        if (guest.has_condition_) return;
        guest.has_condition_ = true;
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
        pthread_cond_init(&guest.changed_, &attributes);
        pthread_condattr_destroy(&attributes);
        if (!is_fork_watched_) is_fork_watched_ = pthread_atfork(nullptr, nullptr, forget) == 0;
    }

    // In the child of a fork: its threads and launches are only this one.
    static void forget() {
        pthread_mutex_init(&mutex_, nullptr);
        asleep_ = nullptr;
        first_ = last_ = nullptr;
        threads_ = idle_ = waiting_ = 0;
    }

    static void wait_a_moment(Guest& guest) {
        constexpr long moment = 10000000;
        timespec end = {0, moment};
#if defined(__APPLE__)
        pthread_cond_timedwait_relative_np(&guest.changed_, &mutex_, &end);
#else
        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_nsec += moment;
        if (end.tv_nsec >= 1000000000) {
            end.tv_nsec -= 1000000000;
            ++end.tv_sec;
        }
        pthread_cond_timedwait(&guest.changed_, &mutex_, &end);
#endif
    }

    // A thread lets in the signals that its creator does: only those of its own mistakes.
    static void start_thread() {
        sigset_t refused, before;
        sigfillset(&refused);
        constexpr int mistakes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
        for (int mistake : mistakes) sigdelset(&refused, mistake);
        pthread_sigmask(SIG_SETMASK, &refused, &before);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_t thread;
        if (pthread_create(&thread, &attributes, serve, nullptr) == 0) {
            ++threads_;
            keep_off(thread, own_processor());
        }
        pthread_attr_destroy(&attributes);
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    static void* serve(void*) {
        Sleeper self = {pthread_self(), PTHREAD_COND_INITIALIZER, nullptr, false, -1};
        pthread_mutex_lock(&mutex_);
        while (true) {
            ++idle_;
            while (first_ == nullptr) sleep(self);
            --idle_;
            serve(*first_);
        }
        return nullptr;
    }

    static void sleep(Sleeper& self) {
        self.next = asleep_;
        self.is_asleep = true;
        asleep_ = &self;
        while (self.is_asleep) pthread_cond_wait(&self.called, &mutex_);
    }

    // The one that fell asleep last.
    static void wake_thread() {
        Sleeper& one = *asleep_;
        asleep_ = one.next;
        one.is_asleep = false;
        const int here = own_processor();
        if (one.avoided != here) keep_off(one.thread, here);
        one.avoided = here;
        pthread_cond_signal(&one.called);
    }

    static void serve(Guest& guest) {
        remove(guest);
        if (--guest.wanted_ > 0) append(guest);
        poke_waiting(waiting_ - 1);
        add_inside(guest, 1);
        const auto help = guest.help_;
        void* context = guest.context_;
        pthread_mutex_unlock(&mutex_);
        help(context);
        pthread_mutex_lock(&mutex_);
        add_inside(guest, -1);
        pthread_cond_signal(&guest.changed_);
    }

    static void append(Guest& guest) {
        guest.next_ = nullptr;
        (last_ == nullptr ? first_ : last_->next_) = &guest;
        last_ = &guest;
    }

    static void remove(Guest& guest) {
        Guest* before = nullptr;
        for (Guest* one = first_; one != &guest; one = one->next_) before = one;
        (before == nullptr ? first_ : before->next_) = guest.next_;
        if (last_ == &guest) last_ = before;
    }

    // Counts that are looked at without the mutex.
    static int inside(const Guest& guest) { return __atomic_load_n(&guest.inside_, __ATOMIC_ACQUIRE); }
    static void add_inside(Guest& guest, int threads) { __atomic_fetch_add(&guest.inside_, threads, __ATOMIC_RELEASE); }
    static void poke_waiting(int waiting) { __atomic_store_n(&waiting_, waiting, __ATOMIC_RELAXED); }

    static constexpr int looks_before_sleep = 100;

    static inline pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    static inline Sleeper* asleep_ = nullptr;
    static inline bool is_fork_watched_ = false;
    static inline Guest* first_ = nullptr;
    static inline Guest* last_ = nullptr;
    static inline int threads_ = 0;
    static inline int idle_ = 0;
    static inline int waiting_ = 0;  // the threads that all guests want
};

inline void Guest::call(ptodsl_host* host, void (*help)(void*), void* context) {
    Pool::call(*static_cast<Guest*>(host), help, context);
}

inline void Guest::dismiss(ptodsl_host* host) { Pool::dismiss(*static_cast<Guest*>(host)); }

inline bool Guest::is_wanted(ptodsl_host*) { return Pool::is_anybody_waiting(); }

inline void Guest::sleep(ptodsl_host* host, const int* awaited) { Pool::sleep(*static_cast<Guest*>(host), awaited); }

inline void Guest::wake(ptodsl_host* host) { Pool::wake(*static_cast<Guest*>(host)); }

}  // namespace ptodsl
