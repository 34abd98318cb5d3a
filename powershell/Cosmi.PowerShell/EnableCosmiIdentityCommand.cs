using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
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
            const string What = "Turn the system-assigned identity on";
            string request = $"PATCH {Named} {{\"identity\":{{\"type\":\"SystemAssigned\"}}}}, with the user-assigned identities it has";
            string? id = Likeness;
            Task<CosmiResources> Enable(CosmiCallOptions options, CancellationToken stop) => Connection.Native.EnableMachineIdentityAsync(id!, !NoWait, options, stop);
            if (!(id == null ? ShouldSend(What, request) : ShouldSend(VMName ?? id, What, request, Enable)))
            {
                return;
            }

            id = Machine();
            Enqueue(
                VMName ?? id,
                Enable,
                enabled => Write(enabled, id));
        }
    }
}
