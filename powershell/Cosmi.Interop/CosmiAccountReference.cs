using System.Security;

namespace Cosmi.Interop
{
    /// <summary>
    /// Says which account is meant: by <see cref="Name"/> alone (searched in all subscriptions the identity sees), by subscription, resource group and name,
    /// or by <see cref="Endpoint"/>, with a <see cref="Key"/> where Azure Resource Manager is not to be asked. Read when a call is made.
    /// </summary>
    public sealed class CosmiAccountReference
    {
        /// <summary>The subscription's id.</summary>
        public string? SubscriptionId { get; set; }

        /// <summary>The resource group's name.</summary>
        public string? ResourceGroup { get; set; }

        /// <summary>The account's name.</summary>
        public string? Name { get; set; }

        /// <summary>The account's document endpoint, for instance <c>https://myaccount.documents.azure.com:443/</c>.</summary>
        public string? Endpoint { get; set; }

        /// <summary>One of the account's keys (base64). It stays the caller's: it is only read, and not disposed.</summary>
        public SecureString? Key { get; set; }
    }
}
