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

        /// <summary>The instance metadata service's address; <see langword="null"/>: <c>AZURE_POD_IDENTITY_AUTHORITY_HOST</c>, else the well-known one.</summary>
        public string? MetadataEndpoint { get; set; }

        /// <summary>Certificates (PEM) to trust instead of the system's; <see langword="null"/> or empty: the system's trust.</summary>
        public byte[]? CaCertificates { get; set; }

        /// <summary>The time limit of each operation, retries included, unless the call gives its own; <see langword="null"/>: 100 seconds.</summary>
        public TimeSpan? Timeout { get; set; }
    }
}
