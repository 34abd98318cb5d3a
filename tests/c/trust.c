/*
 * Shows a collection, trusting the certificate authority of a file alone, or the system's without one; the account's
 * address may be given, and with it a server that is not to be trusted.
 *
 *     trust CA_FILE|- ACCOUNT DATABASE COLLECTION [ENDPOINT]
 */
#include <cosmi.h>

#include "check.h"
#include <string.h>

static void set_trust(cosmi_options *options, const char *file)
{
    uint8_t pem[16384];
    size_t length;
    FILE *stream = fopen(file, "rb");
    CHECK(stream != NULL);
    length = fread(pem, 1, sizeof pem, stream);
    CHECK(length > 0 && length < sizeof pem);
    CHECK(fclose(stream) == 0);
    CHECK(cosmi_options_set_ca_certificates(options, pem, length) == COSMI_STATUS_OK);
}

int main(int count, char **arguments)
{
    cosmi_options *options = NULL;
    cosmi_client *client = NULL;
    cosmi_account_ref *account = NULL;
    cosmi_operation *operation = NULL;
    cosmi_status status;

    CHECK(count == 5 || count == 6);
    CHECK(cosmi_options_new(&options) == COSMI_STATUS_OK);
    if (strcmp(arguments[1], "-") != 0) {
        set_trust(options, arguments[1]);
    }
    CHECK(cosmi_client_new(options, &client, NULL) == COSMI_STATUS_OK);
    cosmi_options_free(options);
    CHECK(cosmi_account_ref_new(&account) == COSMI_STATUS_OK);
    CHECK(cosmi_account_ref_set_name(account, arguments[2]) == COSMI_STATUS_OK);
    if (count == 6) {
        CHECK(cosmi_account_ref_set_endpoint(account, arguments[5]) == COSMI_STATUS_OK);
    }
    CHECK(cosmi_collection_show_start(client, account, arguments[3], arguments[4], 0, NULL, NULL, &operation) ==
          COSMI_STATUS_OK);
    cosmi_account_ref_free(account);

    status = cosmi_operation_wait(operation, UINT32_MAX);
    if (status == COSMI_STATUS_OK) {
        puts(cosmi_collection_with_offer_json(cosmi_operation_collection(operation), NULL));
    } else {
        printf("%s: %s\n", cosmi_status_name(status), cosmi_error_message(cosmi_operation_error(operation), NULL));
    }
    cosmi_operation_free(operation);
    cosmi_client_free(client);
    return 0;
}
