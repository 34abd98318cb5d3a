using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells which identities a machine or app has, and the principal id that roles are given to.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiIdentity", DefaultParameterSetName = HereSet)]
    [OutputType(typeof(Identity))]
    public sealed class GetCosmiIdentityCommand : CosmiMachineCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            string id = Machine();
            Enqueue(VMName ?? id, (options, stop) => Connection.Native.GetMachineIdentityAsync(id, options, stop), found => Write(found, id));
        }
    }
}
