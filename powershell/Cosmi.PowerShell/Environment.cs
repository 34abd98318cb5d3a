using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi
{
    /// <summary>Where this process runs, and where its tokens come from.</summary>
    public sealed class Environment
    {
        internal Environment(CosmiEnvironment source, PSObject? metadata)
        {
            IdentitySource = source.IdentitySource;
            Reason = source.Reason;
            SubscriptionId = source.SubscriptionId;
            ResourceGroupName = source.ResourceGroup;
            MachineName = source.MachineName;
            MachineResourceId = source.ResourceId;
            Location = source.Location;
            Cloud = source.Cloud;
            ArmEndpoint = source.ArmEndpoint;
            Metadata = metadata;
        }

        /// <summary>Where tokens come from.</summary>
        public CosmiIdentitySource IdentitySource { get; }

        /// <summary>Why from there.</summary>
        public string Reason { get; }

        /// <summary>The subscription of this machine or app.</summary>
        public string? SubscriptionId { get; }

        /// <summary>Its resource group.</summary>
        public string? ResourceGroupName { get; }

        /// <summary>Its name in Azure.</summary>
        public string? MachineName { get; }

        /// <summary>Its Azure resource id.</summary>
        public string? MachineResourceId { get; }

        /// <summary>Its region.</summary>
        public string? Location { get; }

        /// <summary>The cloud.</summary>
        public string Cloud { get; }

        /// <summary>Azure Resource Manager's address in this cloud.</summary>
        public string ArmEndpoint { get; }

        /// <summary>The metadata service's whole answer, where there is one.</summary>
        public PSObject? Metadata { get; }
    }
}
