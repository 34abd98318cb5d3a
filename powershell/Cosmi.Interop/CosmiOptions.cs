using System;

namespace Cosmi.Interop
{
    /// <summary>What a <see cref="CosmiClient"/> is made of. Read once, when the client is made.</summary>
    public sealed class CosmiOptions
    {
        /// <summary>Where tokens come from; by default the library looks for itself.</summary>
        public CosmiIdentitySource IdentitySource { get; set; }

        /// <summary>The client id of a user-assigned identity. At most one of the three ids may be given; none means the system-assigned identity.</summary>
        public string? ClientId { get; set; }

        /// <summary>The object (principal) id of a user-assigned identity.</summary>
        public string? ObjectId { get; set; }

        /// <summary>The Azure resource id of a user-assigned identity.</summary>
        public string? ResourceId { get; set; }

        /// <summary>The cloud, for instance <c>AzurePublicCloud</c>, <c>AzureUSGovernment</c> or <c>AzureChinaCloud</c>, in any case; <see langword="null"/>: found out.</summary>
        public string? Cloud { get; set; }

        /// <summary>Azure Resource Manager's address; <see langword="null"/>: the cloud's.</summary>
        public string? ArmEndpoint { get; set; }

        /// <summary>What tokens for Azure Resource Manager are for, in a private cloud; <see langword="null"/>: the cloud's audience.</summary>
        public string? ArmAudience { get; set; }

        /// <summary>
        /// Where workload identities sign in, in a private cloud, for instance <c>https://login.microsoftonline.com/</c>; <see langword="null"/>: the cloud's.
        /// The environment variable <c>AZURE_AUTHORITY_HOST</c> stands before both.
        /// </summary>
        public string? LoginEndpoint { get; set; }

        /// <summary>
        /// What follows an account's name in the host of its endpoint, in a private cloud, for instance <c>documents.azure.com</c>; <see langword="null"/>: the
        /// cloud's.
        /// </summary>
        public string? CosmosSuffix { get; set; }

        /// <summary>The instance metadata service's address; <see langword="null"/>: <c>AZURE_POD_IDENTITY_AUTHORITY_HOST</c>, else the well-known one.</summary>
        public string? MetadataEndpoint { get; set; }

        /// <summary>Certificates (PEM) to trust instead of the system's; <see langword="null"/> or empty: the system's trust.</summary>
        public byte[]? CaCertificates { get; set; }

        /// <summary>
        /// How long an update of the metadata service, which answers 410 meanwhile, is waited for; <see langword="null"/>: 70 seconds. The time limit of the call
        /// ends it sooner.
        /// </summary>
        public TimeSpan? UpdateWait { get; set; }

        /// <summary>The time limit of each operation, retries included, unless the call gives its own; <see langword="null"/>: 100 seconds.</summary>
        public TimeSpan? Timeout { get; set; }
    }
}
