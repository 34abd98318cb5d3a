using System.Collections.Generic;
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
            VariablesSeen = source.VariablesSeen;
            var claims = new PowerShell.Claims(source.ClaimsJson);
            Claims = claims.Document;
            ClientId = claims.ClientId;
            ObjectId = claims.ObjectId;
            TenantId = claims.TenantId;
            SubscriptionId = source.SubscriptionId;
            ResourceGroupName = source.ResourceGroup;
            MachineName = source.MachineName;
            ScaleSetName = source.ScaleSetName;
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

        /// <summary>The names, never the values, of the variables of Azure's hosts that are set.</summary>
        public IReadOnlyList<string> VariablesSeen { get; }

        /// <summary>The client id of the identity; like all of who it is null where there is no token for Azure Resource Manager.</summary>
        public string? ClientId { get; }

        /// <summary>The object (principal) id of the identity, which roles are assigned to.</summary>
        public string? ObjectId { get; }

        /// <summary>The tenant of the identity.</summary>
        public string? TenantId { get; }

        /// <summary>What the token for Azure Resource Manager says of the identity. Nothing of it is verified.</summary>
        public PSObject? Claims { get; }

        /// <summary>The subscription of this machine or app.</summary>
        public string? SubscriptionId { get; }

        /// <summary>Its resource group.</summary>
        public string? ResourceGroupName { get; }

        /// <summary>Its name in Azure.</summary>
        public string? MachineName { get; }

        /// <summary>The scale set it belongs to.</summary>
        public string? ScaleSetName { get; }

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
