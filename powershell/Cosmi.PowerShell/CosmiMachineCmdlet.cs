using System;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command about a machine's identity: a virtual machine by its name, anything by its resource id, else the machine this runs on.</summary>
    public abstract class CosmiMachineCmdlet : CosmiClientCmdlet
    {
        /// <summary>The parameter set of the machine this runs on.</summary>
        protected const string HereSet = "Here";

        /// <summary>The parameter set of a virtual machine's name.</summary>
        protected const string VirtualMachineSet = "VirtualMachine";

        /// <summary>The parameter set of a resource id.</summary>
        protected const string ResourceIdSet = "ResourceId";

        /// <summary>A virtual machine's name.</summary>
        [Parameter(ParameterSetName = VirtualMachineSet, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(MachineCompleter))]
        [AfterResourceId]
        public string? VMName { get; set; }

        /// <summary>The virtual machine's resource group.</summary>
        [Parameter(ParameterSetName = VirtualMachineSet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceGroup")]
        [ArgumentCompleter(typeof(ResourceGroupNameCompleter))]
        [AfterResourceId]
        public string? ResourceGroupName { get; set; }

        /// <summary>The virtual machine's subscription; without it that of the client, or of this machine.</summary>
        [Parameter(ParameterSetName = VirtualMachineSet, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(SubscriptionIdCompleter))]
        [AfterResourceId]
        public string? SubscriptionId { get; set; }

        /// <summary>The resource id of a virtual machine, scale set, Web or Function app, Automation account or Arc server.</summary>
        [Parameter(ParameterSetName = ResourceIdSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
        [Alias("MachineResourceId")]
        public string? ResourceId { get; set; }

        /// <summary>A resource id that is refused where the machine's own would be, without asking; null: it is the machine this runs on, and nothing is named.</summary>
        private protected string? Likeness => ResourceId ?? (VMName == null ? null : VirtualMachine(SubscriptionId ?? Connection.SubscriptionId ?? AnySubscription));

        /// <summary>What to call the machine, as far as it is known without asking.</summary>
        private protected string Named => ResourceId ?? (VMName == null ? "(this machine)"
            : VirtualMachine(SubscriptionId ?? Connection.SubscriptionId ?? "(this machine's)"));

        /// <summary>The resource id of the machine that is meant.</summary>
        private protected string Machine()
        {
            if (ResourceId != null)
            {
                return ResourceId;
            }

            if (VMName == null)
            {
                return ThisMachine();
            }

            return VirtualMachine(Subscription(SubscriptionId, VMName));
        }

        /// <summary>Gives the identity, and remembers a virtual machine's name for completion.</summary>
        private protected void Write(CosmiResources source, string id)
        {
            var identity = new Identity(source, id);
            if (identity.MachineResourceId.IndexOf("/virtualMachines/", StringComparison.OrdinalIgnoreCase) >= 0)
            {
                Session.Current.Names.Add(NameKind.Machine, identity.MachineName);
            }

            WriteObject(identity);
        }

        private string ThisMachine()
        {
            CosmiEnvironment environment = Require(null, Connection.Native.GetEnvironmentAsync);
            string? id = environment.ResourceId;
            if (id == null)
            {
                // Apps and Automation accounts learn it from their token.
                string audience = ArmAudience(() => environment);
                using CosmiToken token = Require(null, (options, stop) => Connection.Native.GetTokenAsync(audience, options, stop));
                id = Members.Member(JsonReader.ReadObject(token.ClaimsJson), "xms_mirid") as string;
            }

            if (id == null || id.IndexOf("/userAssignedIdentities/", StringComparison.OrdinalIgnoreCase) >= 0)
            {
                Refuse("this machine does not tell its resource id", "give -ResourceId, or -VMName with -ResourceGroupName", VMName);
            }

            return id!;
        }

        private string VirtualMachine(string subscription) =>
            $"/subscriptions/{subscription}/resourceGroups/{ResourceGroupName}/providers/Microsoft.Compute/virtualMachines/{VMName}";
    }
}
