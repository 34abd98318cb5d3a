/*
 * Shows a Cosmos DB collection and its offer, from a machine with a managed identity: token, account, key,
 * collection and offer in one operation.
 *
 *     show_collection ACCOUNT DATABASE COLLECTION
 *
 * Ctrl+C cancels it.
 */
#include <cosmi.h>

#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static int report(const cosmi_error *error)
{
    const char *action = cosmi_error_action(error, NULL);
    fprintf(stderr, "%s: %s\n", cosmi_status_name(cosmi_error_status(error)), cosmi_error_message(error, NULL));
    if (action != NULL) {
        fprintf(stderr, "What to do: %s.\n", action);
    }
    return 1;
}

/* Waits in slices, so that Ctrl+C is seen. */
static cosmi_status wait_for(const cosmi_operation *operation)
{
    cosmi_status status;
    while ((status = cosmi_operation_wait(operation, 25)) == COSMI_STATUS_PENDING) {
        if (interrupted) {
            cosmi_operation_cancel(operation);
        }
    }
    return status;
}

static int show(const cosmi_client *client, const char *name, const char *database, const char *collection)
{
    cosmi_account_ref *account = NULL;
    cosmi_operation *operation = NULL;
    int result = 1;

    cosmi_status status = cosmi_account_ref_new(&account);
    if (status == COSMI_STATUS_OK) {
        status = cosmi_account_ref_set_name(account, name);
    }
    if (status == COSMI_STATUS_OK) {
        status = cosmi_collection_show_start(client, account, database, collection, 0, NULL, NULL, &operation);
    }
    cosmi_account_ref_free(account);

    if (status != COSMI_STATUS_OK) {
        fprintf(stderr, "%s: look at the arguments\n", cosmi_status_name(status));
    } else if (wait_for(operation) != COSMI_STATUS_OK) {
        result = report(cosmi_operation_error(operation));
    } else {
        puts(cosmi_collection_with_offer_json(cosmi_operation_collection(operation), NULL));
        result = 0;
    }
    cosmi_operation_free(operation);
    return result;
}

int main(int count, char **arguments)
{
    cosmi_client *client = NULL;
    cosmi_error *error = NULL;
    int result;

    if (count != 4) {
        fprintf(stderr, "usage: show_collection ACCOUNT DATABASE COLLECTION\n");
        return 2;
    }
    signal(SIGINT, on_interrupt);
    if (cosmi_client_new(NULL, &client, &error) != COSMI_STATUS_OK) {
        result = report(error);
        cosmi_error_free(error);
        return result;
    }
    result = show(client, arguments[1], arguments[2], arguments[3]);
    cosmi_client_free(client);
    return result;
}
