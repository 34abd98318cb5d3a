BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Remove-CosmiCollection' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Remove-CosmiCollection | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-Database|DatabaseName [String] All!@0<name'
            '-Name|Collection|Container [String[]] All!@1<value<name'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    It 'deletes a collection, and the second time finds none' {
        Remove-CosmiCollection -AccountName myaccount -Database D -Name A -Confirm:$false | Should -BeNullOrEmpty
        @((Get-CosmiCollection -AccountName myaccount -Database D).Name) | Should -Be @('B', 'C')
        $told = Remove-CosmiCollection -AccountName myaccount -Database D -Name A -Confirm:$false -Verbose 4>&1
        @($told | Where-Object { "$_" -like 'already so: there is no collection A in database D' }).Count | Should -Be 1
    }

    It 'takes collections from the pipeline, and can be called by the other word' {
        Get-CosmiCollection -AccountName myaccount -Database D | Where-Object -Property Name -NE -Value B | Remove-CosmiContainer -Confirm:$false
        @((Get-CosmiCollection -AccountName myaccount -Database D).Name) | Should -Be @('B')
        Get-CosmiCollection -AccountName myaccount -Database Test -Name Test | Remove-CosmiCollection -Confirm:$false -NoWait
        @((Get-Change -Simulator $simulator).Path -replace '^.*/containers/' | Sort-Object) | Should -Be @('A', 'C', 'Test')
    }

    It 'takes <What> for no collection' -ForEach @(
        @{ What = 'a database'; Source = { Get-CosmiDatabase -AccountName myaccount -Name D }; Said = '' }
        @{ What = 'a throughput'; Source = { Get-CosmiThroughput -AccountName myaccount -Database D -Name A }; Said = ': Remove-CosmiCollection would have taken it for collection A' }
    ) {
        $piped = & $Source
        Clear-SimulatorJournal -Simulator $simulator
        $failure = Invoke-Failing { $piped | Remove-CosmiContainer -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike "$What is no collection$Said*"
        $failure.Action | Should -Be 'name the collection with -Name, or pipe what Get-CosmiCollection gives'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'takes a collection that is named of the database from the pipeline, and rows' {
        Get-CosmiDatabase -AccountName myaccount -Name D | Remove-CosmiCollection -Name A -Confirm:$false
        [pscustomobject]@{ AccountName = 'myaccount'; Database = 'D'; Collection = 'B' } | Remove-CosmiCollection -Confirm:$false
        @((Get-Change -Simulator $simulator).Path -replace '^.*/containers/') | Should -Be @('A', 'B')
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script 'Remove-CosmiCollection -AccountName myaccount -Database D -Name A -WhatIf'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Remove-CosmiCollection -AccountName myaccount -Database D -Name A -Confirm:$false
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says that the identity may not' {
        $failure = Invoke-Failing { Remove-CosmiCollection -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -AccountName myaccount -Database D -Name A -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Target | Should -Be 'A'
        $failure.Message | Should -BeLike '*containers/delete*'
    }
}
