/* Operations on a server that never answers: time-out, cancellation, callbacks, free, errors, the log. */
#define _POSIX_C_SOURCE 200809L
#include <cosmi.h>

#include "silent.h"

#include <pthread.h>

struct ends {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
    cosmi_status last;
    int records;
};

static void on_end(void *user_data, cosmi_status status)
{
    struct ends *ends = (struct ends *)user_data;
    pthread_mutex_lock(&ends->lock);
    ends->count++;
    ends->last = status;
    pthread_cond_broadcast(&ends->changed);
    pthread_mutex_unlock(&ends->lock);
}

static void on_record(void *user_data, int32_t level, uint64_t operation_id, const char *message, size_t message_len)
{
    struct ends *ends = (struct ends *)user_data;
    (void)operation_id;
    CHECK(level >= COSMI_LOG_LEVEL_ERROR && level <= COSMI_LOG_LEVEL_DEBUG);
    CHECK(strlen(message) == message_len);
    pthread_mutex_lock(&ends->lock);
    ends->records++;
    pthread_cond_broadcast(&ends->changed);
    pthread_mutex_unlock(&ends->lock);
}

static void await_record(struct ends *ends)
{
    pthread_mutex_lock(&ends->lock);
    while (ends->records == 0) {
        pthread_cond_wait(&ends->changed, &ends->lock);
    }
    pthread_mutex_unlock(&ends->lock);
}

static void await_ends(struct ends *ends, int count)
{
    pthread_mutex_lock(&ends->lock);
    while (ends->count < count) {
        pthread_cond_wait(&ends->changed, &ends->lock);
    }
    CHECK(ends->count == count);
    pthread_mutex_unlock(&ends->lock);
}

static cosmi_client *new_client(const char *address)
{
    cosmi_options *options = NULL;
    cosmi_client *client = NULL;
    CHECK(cosmi_options_new(&options) == COSMI_STATUS_OK);
    CHECK(cosmi_options_set_identity_source(options, COSMI_IDENTITY_SOURCE_IMDS) == COSMI_STATUS_OK);
    CHECK(cosmi_options_set_identity_source(options, 77) == COSMI_STATUS_INVALID_ARGUMENT);
    CHECK(cosmi_options_set_metadata_endpoint(options, address) == COSMI_STATUS_OK);
    CHECK(cosmi_options_set_timeout_ms(options, 60000) == COSMI_STATUS_OK);
    CHECK(cosmi_client_new(options, &client, NULL) == COSMI_STATUS_OK);
    cosmi_options_free(options);
    return client;
}

static cosmi_operation *start(const cosmi_client *client, uint32_t timeout_ms, struct ends *ends)
{
    cosmi_operation *operation = NULL;
    CHECK(cosmi_token_get_start(client, "https://management.azure.com/", timeout_ms, on_end, ends, &operation) ==
          COSMI_STATUS_OK);
    CHECK(cosmi_operation_id(operation) > 0);
    return operation;
}

int main(void)
{
    struct ends ends = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, COSMI_STATUS_OK, 0 };
    char address[64];
    silent_socket server = silent_server(address, sizeof address);
    cosmi_client *client = new_client(address);
    cosmi_operation *operation;
    cosmi_options *options = NULL;
    cosmi_client *none = NULL;
    cosmi_error *error = NULL;
    int round;

    CHECK(cosmi_log_set(COSMI_LOG_LEVEL_DEBUG, on_record, &ends) == COSMI_STATUS_OK);

    operation = start(client, 50, &ends);
    CHECK(cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_TIMED_OUT);
    CHECK(cosmi_operation_wait(operation, 0) == COSMI_STATUS_TIMED_OUT);
    CHECK(cosmi_error_status(cosmi_operation_error(operation)) == COSMI_STATUS_TIMED_OUT);
    CHECK(strlen(cosmi_error_message(cosmi_operation_error(operation), NULL)) > 0);
    CHECK(cosmi_operation_token(operation) == NULL);
    await_ends(&ends, 1);
    CHECK(ends.last == COSMI_STATUS_TIMED_OUT);
    cosmi_operation_free(operation);

    operation = start(client, 0, &ends);
    CHECK(cosmi_operation_wait(operation, 0) == COSMI_STATUS_PENDING);
    CHECK(cosmi_operation_error(operation) == NULL);
    await_record(&ends);
    cosmi_operation_cancel(operation);
    cosmi_operation_cancel(operation);
    CHECK(cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_CANCELLED);
    await_ends(&ends, 2);
    cosmi_operation_free(operation);

    for (round = 0; round < 200; round++) {
        cosmi_operation_free(start(client, 0, &ends));
    }
    await_ends(&ends, 202);
    CHECK(ends.last == COSMI_STATUS_CANCELLED);

    CHECK(cosmi_log_set(COSMI_LOG_LEVEL_OFF, NULL, NULL) == COSMI_STATUS_OK);

    CHECK(cosmi_options_new(&options) == COSMI_STATUS_OK);
    CHECK(cosmi_options_set_cloud(options, "NoSuchCloud") == COSMI_STATUS_OK);
    CHECK(cosmi_client_new(options, &none, &error) == COSMI_STATUS_INVALID_ARGUMENT);
    CHECK(none == NULL && cosmi_error_message(error, NULL) != NULL);
    cosmi_error_free(error);
    cosmi_options_free(options);

    /* What only checks sends nothing, and hears nothing wrong of what it is given. */
    CHECK(cosmi_client_new_for_checks(client, &none) == COSMI_STATUS_OK);
    operation = start(none, 0, &ends);
    CHECK(cosmi_operation_wait(operation, UINT32_MAX) == COSMI_STATUS_CANCELLED);
    await_ends(&ends, 203);
    cosmi_operation_free(operation);
    cosmi_client_free(none);

    /* An operation outlives its client. */
    operation = start(client, 0, &ends);
    cosmi_client_free(client);
    cosmi_operation_free(operation);
    await_ends(&ends, 204);
    silent_close(server);
    return 0;
}
