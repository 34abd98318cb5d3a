/*
 * The numbers a C caller sees. `cargo xtask bench` compiles this against the committed header, runs it against the
 * simulator and reads what it prints: one number or word a line.
 *
 *   bench chain group|endpoint SUBSCRIPTION GROUP ACCOUNT ENDPOINT   one collection, cold, then warm after a line on stdin
 *   bench token                                                      nanoseconds for a token from the cache
 *   bench threads                                                    tokens a second from the cache, 1 thread, then 8
 *   bench crowd                                                      64 threads want the first token at once
 *   bench miss                                                       microseconds until there is no identity
 *   bench wait                                                       CPU and threads while an operation waits for an answer
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cosmi.h"

static const char *const RESOURCE = "https://management.azure.com/";

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Ends the program when a call failed; a number measured after that would mean nothing. */
static void check(cosmi_status status, const cosmi_operation *operation, const char *what)
{
    if (status != COSMI_STATUS_OK) {
        const cosmi_error *error = operation == NULL ? NULL : cosmi_operation_error(operation);
        const char *message = error == NULL ? NULL : cosmi_error_message(error, NULL);
        fprintf(stderr, "%s: %s %s\n", what, cosmi_status_name(status), message == NULL ? "" : message);
        exit(1);
    }
}

static void show_collection(const cosmi_client *client, const cosmi_account_ref *account)
{
    cosmi_operation *operation = NULL;
    check(cosmi_collection_show_start(client, account, "Test", "Test", 0, NULL, NULL, &operation), NULL, "start");
    check(cosmi_operation_wait(operation, UINT32_MAX), operation, "collection");
    cosmi_operation_free(operation);
}

static void get_token(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    size_t length = 0;
    check(cosmi_token_get_start(client, RESOURCE, 0, NULL, NULL, &operation), NULL, "start");
    check(cosmi_operation_wait(operation, UINT32_MAX), operation, "token");
    if (cosmi_token_value(cosmi_operation_token(operation), &length) == NULL || length == 0) {
        fprintf(stderr, "the token is empty\n");
        exit(1);
    }
    cosmi_operation_free(operation);
}

static int chain(const cosmi_client *client, char **names, int with_endpoint)
{
    cosmi_account_ref *account = NULL;
    char line[16];
    check(cosmi_account_ref_new(&account), NULL, "account");
    check(cosmi_account_ref_set_subscription_id(account, names[0]), NULL, "subscription");
    check(cosmi_account_ref_set_resource_group(account, names[1]), NULL, "group");
    check(cosmi_account_ref_set_name(account, names[2]), NULL, "name");
    if (with_endpoint) {
        check(cosmi_account_ref_set_endpoint(account, names[3]), NULL, "endpoint");
    }
    show_collection(client, account);
    puts("cold");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return 1;
    }
    show_collection(client, account);
    puts("warm");
    cosmi_account_ref_free(account);
    return 0;
}

static int cached_token(const cosmi_client *client)
{
    enum { CALLS = 20000, ROUNDS = 7 };
    int64_t best = INT64_MAX;
    get_token(client);
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t start = nanoseconds(CLOCK_MONOTONIC);
        for (int call = 0; call < CALLS; call++) {
            get_token(client);
        }
        const int64_t elapsed = (nanoseconds(CLOCK_MONOTONIC) - start) / CALLS;
        best = elapsed < best ? elapsed : best;
    }
    printf("%" PRId64 "\n", best);
    return 0;
}

enum { MANY = 8, CROWD = 64, WINDOW_MS = 500 };

struct race {
    const cosmi_client *client;
    pthread_barrier_t start;
    atomic_bool over;
    atomic_llong calls;
};

static void *runner(void *argument)
{
    struct race *race = argument;
    long long calls = 0;
    pthread_barrier_wait(&race->start);
    while (!atomic_load_explicit(&race->over, memory_order_relaxed)) {
        get_token(race->client);
        calls++;
    }
    atomic_fetch_add(&race->calls, calls);
    return NULL;
}

static void *caller(void *argument)
{
    struct race *race = argument;
    pthread_barrier_wait(&race->start);
    get_token(race->client);
    return NULL;
}

/* Starts so many threads at once, and waits for their end; runners are told when it is. */
static void race_of(struct race *race, unsigned count, void *(*body)(void *))
{
    pthread_t threads[CROWD];
    const struct timespec window = {.tv_nsec = WINDOW_MS * 1000000L};
    if (pthread_barrier_init(&race->start, NULL, count + 1) != 0) {
        fprintf(stderr, "no barrier\n");
        exit(1);
    }
    for (unsigned thread = 0; thread < count; thread++) {
        if (pthread_create(&threads[thread], NULL, body, race) != 0) {
            fprintf(stderr, "no thread\n");
            exit(1);
        }
    }
    pthread_barrier_wait(&race->start);
    if (body == runner) {
        nanosleep(&window, NULL);
    }
    atomic_store(&race->over, true);
    for (unsigned thread = 0; thread < count; thread++) {
        pthread_join(threads[thread], NULL);
    }
    pthread_barrier_destroy(&race->start);
}

static int cached_by_threads(const cosmi_client *client)
{
    enum { ROUNDS = 5 };
    const unsigned counts[] = {1, MANY};
    long long best[] = {0, 0};
    get_token(client);
    /* By turns, so that what else the machine does is shared by both. */
    for (int round = 0; round < ROUNDS; round++) {
        for (int which = 0; which < 2; which++) {
            struct race race = {.client = client};
            race_of(&race, counts[which], runner);
            const long long calls = atomic_load(&race.calls) * 1000 / WINDOW_MS;
            best[which] = calls > best[which] ? calls : best[which];
        }
    }
    printf("%lld\n%lld\n", best[0], best[1]);
    return 0;
}

static int crowd(const cosmi_client *client)
{
    struct race race = {.client = client};
    race_of(&race, CROWD, caller);
    return 0;
}

static int miss(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    const int64_t start = nanoseconds(CLOCK_MONOTONIC);
    check(cosmi_token_get_start(client, RESOURCE, 0, NULL, NULL, &operation), NULL, "start");
    const cosmi_status status = cosmi_operation_wait(operation, UINT32_MAX);
    const int64_t elapsed = nanoseconds(CLOCK_MONOTONIC) - start;
    if (status != COSMI_STATUS_NO_IDENTITY) {
        check(status, operation, "token");
        fprintf(stderr, "there is an identity here\n");
        return 1;
    }
    printf("%" PRId64 "\n", elapsed / 1000);
    cosmi_operation_free(operation);
    return 0;
}

/* The threads of this process, or 0 where the system does not say. */
static int threads(void)
{
    char line[256];
    int count = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (status == NULL) {
        return 0;
    }
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "Threads: %d", &count) == 1) {
            break;
        }
    }
    fclose(status);
    return count;
}

static int waiting(const cosmi_client *client)
{
    cosmi_operation *operation = NULL;
    check(cosmi_token_get_start(client, RESOURCE, 60000, NULL, NULL, &operation), NULL, "start");
    /* First the request is made; what is measured begins when it only waits. */
    if (cosmi_operation_wait(operation, 500) != COSMI_STATUS_PENDING) {
        fprintf(stderr, "the operation did not wait\n");
        return 1;
    }
    const int64_t start = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    if (cosmi_operation_wait(operation, 3000) != COSMI_STATUS_PENDING) {
        fprintf(stderr, "the operation did not wait\n");
        return 1;
    }
    const int64_t used = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    printf("%" PRId64 "\n%d\n", used, threads());
    cosmi_operation_free(operation);
    return 0;
}

int main(int argc, char **argv)
{
    cosmi_client *client = NULL;
    int result = 2;
    check(cosmi_client_new(NULL, &client, NULL), NULL, "client");
    if (argc == 7 && strcmp(argv[1], "chain") == 0) {
        result = chain(client, argv + 3, strcmp(argv[2], "endpoint") == 0);
    } else if (argc == 2 && strcmp(argv[1], "token") == 0) {
        result = cached_token(client);
    } else if (argc == 2 && strcmp(argv[1], "threads") == 0) {
        result = cached_by_threads(client);
    } else if (argc == 2 && strcmp(argv[1], "crowd") == 0) {
        result = crowd(client);
    } else if (argc == 2 && strcmp(argv[1], "miss") == 0) {
        result = miss(client);
    } else if (argc == 2 && strcmp(argv[1], "wait") == 0) {
        result = waiting(client);
    } else {
        fputs("usage: bench chain group|endpoint SUBSCRIPTION GROUP ACCOUNT ENDPOINT | token | threads | crowd | miss | wait\n", stderr);
    }
    cosmi_client_free(client);
    return result;
}
