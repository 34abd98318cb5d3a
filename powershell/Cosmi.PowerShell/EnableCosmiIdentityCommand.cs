using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Turns a machine's own identity on, and keeps its user-assigned ones.</summary>
    [Cmdlet(VerbsLifecycle.Enable, "CosmiIdentity", DefaultParameterSetName = HereSet, SupportsShouldProcess = true)]
    [OutputType(typeof(Identity))]
    public sealed class EnableCosmiIdentityCommand : CosmiMachineCmdlet
    {
        /// <summary>Does not wait until Azure is done.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            if (!ShouldSend(
                "Turn the system-assigned identity on",
                $"PATCH {Named} {{\"identity\":{{\"type\":\"SystemAssigned\"}}}}, with the user-assigned identities it has"))
            {
                return;
            }

            string id = Machine();
            Enqueue(
                VMName ?? id,
                (options, stop) => Connection.Native.EnableMachineIdentityAsync(id, !NoWait, options, stop),
                enabled => Write(enabled, id));
        }
    }
}
