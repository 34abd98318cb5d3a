namespace Cosmi.Interop
{
    /// <summary>What is known of the place this process runs in.</summary>
    public sealed class CosmiEnvironment
    {
        internal CosmiEnvironment(
            CosmiIdentitySource identitySource,
            string reason,
            string? subscriptionId,
            string? resourceGroup,
            string? machineName,
            string? resourceId,
            string? location,
            string cloud,
            string armEndpoint,
            string? metadataJson)
        {
            IdentitySource = identitySource;
            Reason = reason;
            SubscriptionId = subscriptionId;
            ResourceGroup = resourceGroup;
            MachineName = machineName;
            ResourceId = resourceId;
            Location = location;
            Cloud = cloud;
            ArmEndpoint = armEndpoint;
            MetadataJson = metadataJson;
        }

        /// <summary>Where tokens come from here.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>Why this source, in one line.</summary>
        public string Reason { get; }

        /// <summary>The machine's subscription, where known.</summary>
        public string? SubscriptionId { get; }

        /// <summary>The machine's resource group, where known.</summary>
        public string? ResourceGroup { get; }

        /// <summary>The machine's name in Azure, where known.</summary>
        public string? MachineName { get; }

        /// <summary>The machine's resource id in Azure, where known.</summary>
        public string? ResourceId { get; }

        /// <summary>The machine's region, for instance <c>westeurope</c>, where known.</summary>
        public string? Location { get; }

        /// <summary>The cloud, for instance <c>AzurePublicCloud</c>.</summary>
        public string Cloud { get; }

        /// <summary>Azure Resource Manager's address here.</summary>
        public string ArmEndpoint { get; }

        /// <summary>The metadata service's description of the machine (JSON), verbatim; <see langword="null"/> where there is none.</summary>
        public string? MetadataJson { get; }
    }
}
