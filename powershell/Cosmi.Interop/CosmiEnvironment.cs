using System.Collections.Generic;

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
            string? metadataJson,
            string? scaleSetName,
            string? claimsJson,
            IReadOnlyList<string> variablesSeen)
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
            ScaleSetName = scaleSetName;
            ClaimsJson = claimsJson;
            VariablesSeen = variablesSeen;
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

        /// <summary>The scale set that the machine is an instance of, where it is one.</summary>
        public string? ScaleSetName { get; }

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

        /// <summary>
        /// What the token for Azure Resource Manager says of the identity, as <see cref="CosmiToken.ClaimsJson"/> has it; <see langword="null"/> where there is no
        /// such token.
        /// </summary>
        public string? ClaimsJson { get; }

        /// <summary>The names, never the values, of the environment variables of Azure's hosts that are set.</summary>
        public IReadOnlyList<string> VariablesSeen { get; }
    }
}
