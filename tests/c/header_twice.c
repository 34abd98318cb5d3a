/* The header can be included twice, before and after others, and needs no other. */
#include <cosmi.h>
#include <cosmi.h>

#include "check.h"
#include <string.h>

#include <cosmi.h>

/* Each type and each enumeration is complete enough to be used. */
static cosmi_client *client;
static cosmi_options *options;
static cosmi_error *error;
static cosmi_operation *operation;
static cosmi_account_ref *account;
static cosmi_completion_fn completion;
static cosmi_log_fn log_callback;

int main(void)
{
    int32_t numbers[] = { COSMI_STATUS_OK, COSMI_LOG_LEVEL_OFF, COSMI_IDENTITY_SOURCE_AUTO, COSMI_KEY_KIND_AUTO,
                          COSMI_KEY_ROLE_PRIMARY, COSMI_OFFER_ABSENCE_PRESENT };
    size_t index;
    for (index = 0; index < sizeof numbers / sizeof *numbers; index++) {
        CHECK(numbers[index] == 0);
    }
    CHECK(client == NULL && options == NULL && error == NULL && operation == NULL && account == NULL);
    CHECK(completion == NULL && log_callback == NULL);
    CHECK(sizeof(cosmi_status) == sizeof(int32_t));
    CHECK(cosmi_abi_version() == COSMI_ABI_VERSION);
    CHECK(strlen(cosmi_version()) >= strlen("0.0.0"));
    CHECK(strcmp(cosmi_status_name(COSMI_STATUS_NOT_FOUND), "NOT_FOUND") == 0);
    CHECK(strcmp(cosmi_status_name(-5), "UNKNOWN") == 0);
    return 0;
}
