/*
 * The whole tutorial, from nothing to a collection's JSON: makes a Cosmos DB account, a database and a collection in it,
 * turns this machine's identity on and lets it read the account's keys, and shows the collection. What is there already
 * stays as it is, so that it may be run again.
 *
 *     provision SUBSCRIPTION RESOURCE_GROUP LOCATION ACCOUNT DATABASE COLLECTION PRINCIPAL_ID
 *
 * PRINCIPAL_ID is the object id of this machine's identity, LOCATION a region such as westeurope.
 */
#ifndef _WIN32
#define _POSIX_C_SOURCE 199309L /* nanosleep */
#endif

#include <cosmi.h>

#include <stdio.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

/* An account takes minutes. */
#define TIMEOUT_MS 1800000

struct arguments {
    const char *location;
    const char *database;
    const char *collection;
    const char *principal_id;
};

static const char *spelled(int32_t change)
{
    switch (change) {
    case COSMI_CHANGE_NEW:
        return "new";
    case COSMI_CHANGE_ALREADY_SO:
        return "already so";
    default:
        return "(unknown)";
    }
}

/* Says why a call was refused; true when it was not. */
static int accepted(cosmi_status status)
{
    if (status != COSMI_STATUS_OK) {
        fprintf(stderr, "%s: look at the arguments\n", cosmi_status_name(status));
    }
    return status == COSMI_STATUS_OK;
}

/* Says why an operation failed. */
static void tell(const cosmi_error *error)
{
    fprintf(stderr, "%s: %s\n", cosmi_status_name(cosmi_error_status(error)), cosmi_error_message(error, NULL));
    if (cosmi_error_action(error, NULL) != NULL) {
        fprintf(stderr, "What to do: %s.\n", cosmi_error_action(error, NULL));
    }
}

/* Waits for the end of what a start has made; true when that is as wished. */
static int succeeded(cosmi_status started, const cosmi_operation *operation)
{
    int ok = accepted(started);
    if (ok && cosmi_operation_wait(operation, UINT32_MAX) != COSMI_STATUS_OK) {
        tell(cosmi_operation_error(operation));
        ok = 0;
    }
    return ok;
}

/* The same of what makes something, says what came of it, and frees it. */
static int finish(const char *what, cosmi_status started, cosmi_operation *operation)
{
    int ok = succeeded(started, operation);
    if (ok) {
        printf("%-12s%s\n", what, spelled(cosmi_resources_change(cosmi_operation_resources(operation))));
    }
    cosmi_operation_free(operation);
    return ok;
}

static int make_account(const cosmi_client *client, const cosmi_account_ref *account, const struct arguments *arguments)
{
    char definition[512];
    cosmi_operation *operation = NULL;
    cosmi_status status;
    snprintf(definition, sizeof definition,
             "{\"location\":\"%.60s\",\"kind\":\"GlobalDocumentDB\",\"properties\":{\"databaseAccountOfferType\":"
             "\"Standard\",\"locations\":[{\"locationName\":\"%.60s\",\"failoverPriority\":0}]}}",
             arguments->location, arguments->location);
    status = cosmi_account_create_start(client, account, definition, 0, TIMEOUT_MS, NULL, NULL, &operation);
    return finish("account:", status, operation);
}

static int make_database(const cosmi_client *client, const cosmi_account_ref *account,
                         const struct arguments *arguments)
{
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_database_create_start(client, account, arguments->database, COSMI_THROUGHPUT_KIND_NONE,
                                                      0, 0, TIMEOUT_MS, NULL, NULL, &operation);
    return finish("database:", status, operation);
}

static int make_collection(const cosmi_client *client, const cosmi_account_ref *account,
                           const struct arguments *arguments)
{
    const char *definition = "{\"partitionKey\":{\"paths\":[\"/id\"],\"kind\":\"Hash\",\"version\":2}}";
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_collection_create_start(client, account, arguments->database, arguments->collection,
                                                        definition, COSMI_THROUGHPUT_KIND_MANUAL, 400, 0, TIMEOUT_MS,
                                                        NULL, NULL, &operation);
    return finish("collection:", status, operation);
}

/* This machine's own identity; what user-assigned ones it has, it keeps. */
static int enable_identity(const cosmi_client *client)
{
    cosmi_operation *environment = NULL;
    cosmi_operation *operation = NULL;
    const char *machine = NULL;
    cosmi_status status = cosmi_environment_show_start(client, 0, NULL, NULL, &environment);
    int ok = succeeded(status, environment);
    if (ok) {
        machine = cosmi_environment_resource_id(cosmi_operation_environment(environment), NULL);
        if (machine == NULL) {
            fprintf(stderr, "This is no virtual machine in Azure, so it has no identity to give a role to.\n");
        }
    }
    if (machine != NULL) {
        status = cosmi_identity_enable_start(client, machine, 0, TIMEOUT_MS, NULL, NULL, &operation);
        ok = finish("identity:", status, operation);
    }
    cosmi_operation_free(environment);
    return ok && machine != NULL;
}

static int grant_access(const cosmi_client *client, const cosmi_account_ref *account,
                        const struct arguments *arguments)
{
    cosmi_operation *operation = NULL;
    cosmi_status status = cosmi_access_grant_start(client, account, arguments->principal_id,
                                                   "Cosmos DB Account Reader Role", TIMEOUT_MS, NULL, NULL, &operation);
    return finish("access:", status, operation);
}

static void pause_s(unsigned seconds)
{
#ifdef _WIN32
    Sleep(seconds * 1000);
#else
    struct timespec span;
    span.tv_sec = (time_t)seconds;
    span.tv_nsec = 0;
    (void)nanosleep(&span, NULL);
#endif
}

/* A role takes minutes to count, and tokens from before do not know of it. */
static int show_collection(const cosmi_client *client, const cosmi_account_ref *account,
                           const struct arguments *arguments)
{
    static const unsigned pauses[] = {1, 2, 5, 10, 15};
    const unsigned most = 40;
    unsigned attempt;
    for (attempt = 0; attempt < most; attempt++) {
        cosmi_operation *operation = NULL;
        cosmi_status status = cosmi_collection_show_start(client, account, arguments->database, arguments->collection,
                                                          0, NULL, NULL, &operation);
        int ok = accepted(status);
        if (ok) {
            status = cosmi_operation_wait(operation, UINT32_MAX);
            ok = status == COSMI_STATUS_OK;
            if (ok) {
                printf("%s\n", cosmi_collection_with_offer_json(cosmi_operation_collection(operation), NULL));
            } else if (status != COSMI_STATUS_FORBIDDEN || attempt + 1 == most) {
                tell(cosmi_operation_error(operation));
            }
        }
        cosmi_operation_free(operation);
        if (ok || status != COSMI_STATUS_FORBIDDEN) {
            return ok;
        }
        pause_s(pauses[attempt < 4 ? attempt : 4]);
        operation = NULL;
        status = cosmi_token_renew_start(client, "https://management.azure.com/", 0, NULL, NULL, &operation);
        ok = succeeded(status, operation);
        cosmi_operation_free(operation);
        if (!ok) {
            return 0;
        }
    }
    return 0;
}

int main(int count, char **values)
{
    struct arguments arguments;
    cosmi_client *client = NULL;
    cosmi_account_ref *account = NULL;
    cosmi_error *error = NULL;
    int ok;

    if (count != 8) {
        fprintf(stderr, "usage: provision SUBSCRIPTION RESOURCE_GROUP LOCATION ACCOUNT DATABASE COLLECTION "
                        "PRINCIPAL_ID\n");
        return 2;
    }
    arguments.location = values[3];
    arguments.database = values[5];
    arguments.collection = values[6];
    arguments.principal_id = values[7];

    if (cosmi_client_new(NULL, &client, &error) != COSMI_STATUS_OK) {
        fprintf(stderr, "%s\n", cosmi_error_message(error, NULL));
        cosmi_error_free(error);
        return 1;
    }
    ok = accepted(cosmi_account_ref_new(&account)) &&
         accepted(cosmi_account_ref_set_subscription_id(account, values[1])) &&
         accepted(cosmi_account_ref_set_resource_group(account, values[2])) &&
         accepted(cosmi_account_ref_set_name(account, values[4])) &&
         make_account(client, account, &arguments) && make_database(client, account, &arguments) &&
         make_collection(client, account, &arguments) && enable_identity(client) &&
         grant_access(client, account, &arguments) && show_collection(client, account, &arguments);
    cosmi_account_ref_free(account);
    cosmi_client_free(client);
    return ok ? 0 : 1;
}
